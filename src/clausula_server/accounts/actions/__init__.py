"""Writes of sign-ins: a file for each noun.

activation: codes that tie a phone to a person. token: what systems show instead of signing in.
"""
