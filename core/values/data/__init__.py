"""Data of the domain that the package brings along."""
