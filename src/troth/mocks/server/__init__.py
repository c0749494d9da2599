"""The stand-ins behind a web server."""
