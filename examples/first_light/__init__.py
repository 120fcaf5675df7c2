"""The sample clip and the three characters that answer it: what `mien demo` runs."""
