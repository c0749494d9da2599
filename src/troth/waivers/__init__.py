"""Waivers: findings that a project accepts until a day."""
