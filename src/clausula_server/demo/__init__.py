"""The demo world: people, providers, plans and claims that do not exist, one file for each room; see README.md."""
