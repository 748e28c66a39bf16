"""Where robots find their work: scenarios, open challenges and sealed bids for Shanghai's embodied-intelligence plan."""

import gc

# Starting makes half a million objects that all stay; looking through them after every 700 costs 0.15 s of a start.
gc.set_threshold(100_000, 50, 50)
