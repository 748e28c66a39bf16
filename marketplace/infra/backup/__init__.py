"""One file that holds the whole site but the keys: rows and stored files, with a manifest that says what must be in it."""
