"""Parcels, a made-up vendor, and what it brings along: a mock, a check, a source of requests and a report."""
