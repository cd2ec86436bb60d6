"""REST for systems: the same actions as the pages. Not built yet.

Will own: endpoints, tokens with scopes, idempotency keys, problem+json. Never holds a rule of its own.
"""
