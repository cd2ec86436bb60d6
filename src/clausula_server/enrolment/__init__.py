<<<<<<< HEAD
"""Who is in which plan from when to when, under which text, and what is due for it; see README.md."""
=======
"""Who is in which plan from when to when, and what is due for it. Not built yet.

Will own: plan editions by content hash, enrolments as date ranges, contributions. Never decides a claim.
`catalogue.py` will be its one module that imports the engine.
"""
>>>>>>> server
