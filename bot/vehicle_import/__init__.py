"""Vehicles from files: parse CSV and XLSX, and load them in the background."""
