"""The match over the database: who can meet a posting, which challenges a product fits, and what stands between them."""
