"""The database as a place: the embedded PostgreSQL, its roles, and rules that tables keep whoever writes to them.

It owns no table. `embedded` starts a server where none is given, `roles` makes the two roles and what they may,
`rules` are migration operations: append-only tables and row-level security. It never knows what a row means.
"""
