"""Mechanisms that know no business word: actor, clock, database, events, policy, text and workflow."""
