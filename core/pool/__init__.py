"""Segments of numbers and the draws from them."""
