"""Writes of documents: a file for each noun.

document: receive, note the scan, remove. key: wrap the keys anew. Bytes are written by `receiving`, before the action.
"""
