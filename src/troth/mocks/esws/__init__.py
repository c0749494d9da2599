"""The stand-in for ESWS."""
