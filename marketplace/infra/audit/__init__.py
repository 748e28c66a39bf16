"""What was done, by whom and when, as a chain of hashes: a changed or removed row breaks it."""
