"""Drills: the real processes of an installation, killed, rushed and restored; run by ``make drill``."""
