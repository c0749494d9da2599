"""Reads YAML and TOML into plain values with the line and column of each."""
