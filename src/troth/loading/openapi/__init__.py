"""OpenAPI documents into operations."""
