"""Hostile values in every field, parameter, header and file: found by rendering the pages, sent by ``make drill NAME=hostile``."""
