"""Who signs in and as whom they act; see README.md."""
