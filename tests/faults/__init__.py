"""Seeded defects of the three mocks, written from the facts alone by somebody who had read no contract."""
