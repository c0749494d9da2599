"""How new answers differ from old ones."""
