"""Finding things: home, and the search pages of challenges, products and notices."""
