"""Languages: the catalogue, formatting, punctuation."""
