"""Pages of people of the house: what waits for them, a claim and what can be done about it."""
