"""Vehicles from files: reading CSV and XLSX, and loading what was read beside the conversations."""
