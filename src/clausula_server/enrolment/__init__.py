"""Who is in which plan from when to when, under which text, and what is due for it; see README.md."""
