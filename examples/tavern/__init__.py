"""A small game in Panda3D whose characters feel: `python -m mien.examples.tavern`."""
