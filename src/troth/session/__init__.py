"""One run from its selection to its conclusion."""
