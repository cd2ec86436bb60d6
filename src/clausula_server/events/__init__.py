"""What happened, appended, and handed on; see README.md."""
