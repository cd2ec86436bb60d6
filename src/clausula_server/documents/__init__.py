"""Files that people send and receive, sealed at rest; see README.md."""
