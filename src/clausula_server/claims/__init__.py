"""What was charged, what was decided and why; see README.md."""
