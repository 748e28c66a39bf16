"""Help in words and pictures: a page per side, how selection works, the glossary, privacy and terms."""
