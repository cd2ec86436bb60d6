"""Writes of this room: a file for each noun.

account: where money goes and comes from. owing: what a person finds to be owed. overpaid: what was paid or asked too
much. direct: a provider is paid instead of the member. batch: prepare, release, cancel. file: what goes to the bank.
statement: what comes from it. match: what a movement was. claimed: claims hear of it. demand: asking somebody to pay,
reminding them.
"""
