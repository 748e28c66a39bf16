"""推荐单位: where a round asks for it, a body checks, ranks and recommends the scenarios or bids of its own scope."""
