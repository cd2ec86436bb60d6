"""REST for systems: the same actions as the pages, shown a token. See README.md.

Owns: the answers given under idempotency keys, and the form of everything that is asked and told over HTTP.
Never: a rule of its own, a write that is no action of a room.
"""
