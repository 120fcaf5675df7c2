"""What the tavern is made of: meshes, textures and light, all computed."""
