"""The values that travel between rooms, and the seams between those rooms."""
