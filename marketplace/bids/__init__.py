"""Sealed responses to a challenge: from the first keystroke one encrypted document, opened after the deadline only."""
