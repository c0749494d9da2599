"""The stand-in for OneAll."""
