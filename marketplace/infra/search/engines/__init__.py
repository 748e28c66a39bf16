"""Search engines behind ``queries.Engine``."""
