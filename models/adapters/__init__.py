"""Networks that users bring: what goes in, what comes out, and how that becomes what Mien knows."""
