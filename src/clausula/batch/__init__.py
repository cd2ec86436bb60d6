"""The batch room: many claims in; decisions, a list and statements out. Totals in = decided + listed, always.

Owns the reading of inputs into households, the totals, the files of results and the pages of the report. Never decides
by itself (it asks the engine) and never leaves anything half written.
"""
