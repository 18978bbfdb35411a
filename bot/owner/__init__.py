"""The owners' screens, grouped into one file per dialog."""
