"""Full-text search in Chinese and English: documents made from rows, an index that only the worker writes."""
