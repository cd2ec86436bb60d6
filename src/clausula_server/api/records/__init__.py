"""What is asked and answered, as records: the schemas of the document.

A file for a few of the operations' files each; `plain.py` has what all share: amounts, days, pages.
Used by the endpoints alone; no action ever sees one.
"""
