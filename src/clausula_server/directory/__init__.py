"""Who treats and issues: providers and practitioners; see README.md."""
