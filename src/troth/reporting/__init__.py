"""Words for readers, human and machine."""
