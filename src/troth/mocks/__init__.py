"""Mocks of the vendors, written from their pages and clients; they know neither specs nor contracts."""
