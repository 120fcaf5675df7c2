"""Recordings: write them, read them, run them again."""
