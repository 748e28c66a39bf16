"""The only writers of bids: drafting, submitting, opening."""
