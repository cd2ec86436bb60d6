"""The frame around every page, and the first page; see README.md."""
