"""The open call made from a scenario: immutable versions, a real deadline, watchers, extensions."""
