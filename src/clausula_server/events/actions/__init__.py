"""Writes of events: a file for each noun.

event: append what happened. outbox: fan out to receivers. delivery: bring one thing to one receiver.
"""
