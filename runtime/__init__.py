"""Sources, the two processes, expression, sessions and the command line."""
