"""Measurements at the sizes of the design, run by hand with `make bench`, never timed tests."""
