"""Sealed documents: AES-256-GCM under a random key per scope, wrapped by a master key that the database never holds."""
