"""Pages of people of the house: the worklist, a claim and what can be done about it, taking one back.

Owns the forms by which handlers, advisers and operations act, each the arguments of one action. Never decides, never
shows what is sensitive to who may not read it: row security leaves it out of what these pages are given.
"""
