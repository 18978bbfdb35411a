"""The vehicle registry and its imports."""
