"""Writes of the directory: a file for each noun.

provider: register one, put it on a list or take it off, open a tariff, set its hours. practitioner: register, employ.
"""
