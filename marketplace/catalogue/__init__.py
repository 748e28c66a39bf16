"""Vendors' products with typed specifications and the evidence behind each value."""
