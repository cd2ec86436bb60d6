"""Money in and out through banks: batches, payment files, statements, recoveries. Not built yet.

Will own: batches with four eyes, pain.001 and pain.008, camt.053, QR-bills. Never decides what is owed.
"""
