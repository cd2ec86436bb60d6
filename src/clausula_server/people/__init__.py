"""Persons, households, what is known of them and who may see it; see README.md."""
