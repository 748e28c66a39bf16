"""Organisations: identity by unified social credit code, verification by staff, members and invitations."""
