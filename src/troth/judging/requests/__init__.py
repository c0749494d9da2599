"""Whether a request is one that the spec or a contract describes."""
