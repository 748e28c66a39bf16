"""From opened bids to a shortlist: eligibility with reasons, decisions staged, previewed and released together."""
