"""Bytes into trees."""
