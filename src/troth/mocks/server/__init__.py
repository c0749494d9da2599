"""The mocks behind a web server."""
