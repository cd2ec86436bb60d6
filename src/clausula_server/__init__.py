"""The server around the engine: one Django project of few rooms, all of one shape. Begin with README.md beside this.

It owns members, enrolments, claims and money in PostgreSQL. It never decides what a cover pays: the engine does.
"""
