"""Scenarios and products out of the site and into it again, as JSON and as Excel: what is exported imports unchanged."""
