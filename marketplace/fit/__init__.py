"""Requirement against specification, explained: met, met if, unknown or short by so much. Pure, no database."""
