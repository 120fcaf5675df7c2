"""The laboratory: the papers' networks and baselines, trained, compared, exported (`train` extra)."""
