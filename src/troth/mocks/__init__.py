"""Stand-ins for the vendors, written from their pages and clients; they know neither specs nor contracts."""
