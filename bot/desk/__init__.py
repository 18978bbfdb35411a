"""The desk: commands and screens of admins, one module per subject."""
