"""Mechanisms that know no business word: actor, clock, database, difference, events, policy, text and workflow."""
