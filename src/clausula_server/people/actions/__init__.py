"""Writes about people: a file for each noun.

person, household, contact (also bank accounts and residences), mandate, staff. Each checks what it is given and tells
all faults at once; each appends an event. Who may call them is asked before, by the guard.
"""
