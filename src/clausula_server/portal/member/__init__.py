"""Pages of members: home with card and bars, all bills, a claim with its ladder, sending a bill.

Owns what these pages show and the form of a bill. Shows of others' care only what the member may read; never writes but
through the actions of claims and documents, and never knows what people of the house see.
"""
