"""Mail: a row in the outbox first, then sent by the worker, with the same Message-ID however often it is tried."""
