"""The stand-in for Social-ID NOW."""
