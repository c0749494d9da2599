"""Secrets and personal data: which they are, what is shown in their place, and where they are taken out."""
