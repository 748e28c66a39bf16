"""Where robots find their work: scenarios, open challenges and sealed bids for Shanghai's embodied-intelligence plan."""
