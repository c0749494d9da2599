"""The vendors that installed packages bring: a description of each, and how the descriptions are found."""
