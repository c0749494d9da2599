"""Parts that other installed packages add to Troth: how they are found, loaded and checked."""
