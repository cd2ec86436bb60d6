"""Double entry in minor units, append-only; see README.md."""
