"""Sources of pictures and sound: clips, cameras, microphones, all stamped on one clock."""
