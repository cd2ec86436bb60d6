"""Money in and out through banks; see README.md."""
