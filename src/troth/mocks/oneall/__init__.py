"""The mock of OneAll."""
