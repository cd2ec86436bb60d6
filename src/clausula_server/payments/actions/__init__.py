"""Writes of this room: a file for each noun.

account: where money goes and comes from. owing: what is owed. batch: prepare, release, cancel. file: what goes to the
bank. statement: what comes from it. match: what a movement was. demand: asking somebody to pay, reminding them.
"""
