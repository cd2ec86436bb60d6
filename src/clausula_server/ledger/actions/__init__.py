"""Writes of the ledger: a file for each noun.

account: open one. transfer: post one, reverse one. Nothing is ever changed or removed.
"""
