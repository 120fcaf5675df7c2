"""Networks of the papers, one file each (needs the `train` extra)."""
