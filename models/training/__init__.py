"""Training and export of the recognizers (needs the `train` extra)."""
