"""Who saw and who changed what; see README.md."""
