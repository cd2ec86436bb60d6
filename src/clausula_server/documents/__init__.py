"""Files that people send and receive, encrypted at rest. Not built yet.

Will own: uploads with their checks, signed short-lived links. Never reads what a document says about care.
"""
