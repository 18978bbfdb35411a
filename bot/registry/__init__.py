"""Asks a vehicle registry that another service keeps."""
