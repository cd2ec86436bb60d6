"""Writes of the audit: a file for each noun.

access: somebody read care. glass: somebody opened care in an emergency. Both only ever append.
"""
