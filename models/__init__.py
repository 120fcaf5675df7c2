"""Recognition: streaming inference at run time; training and evaluation in `training`."""
