"""Live targets: their settings, their credentials, what may be asked of them and at what pace."""
