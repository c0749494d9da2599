"""Files into values, with the place of each."""
