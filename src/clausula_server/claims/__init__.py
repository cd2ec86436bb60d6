"""What was charged, what was decided and why. Not built yet.

Will own: claims, lines, decisions, usage, appeals, service levels. Never moves money: it appends ledger transfers.
`engine.py` will be its one module that imports the engine.
"""
