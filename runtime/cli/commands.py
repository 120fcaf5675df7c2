"""Every command module, imported for the commands that it adds to `app`."""
