"""The six forms of organization: one file each, with its truth table."""
