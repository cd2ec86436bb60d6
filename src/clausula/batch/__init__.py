"""The batch room: many claims in, decisions, lists and statements out. Totals in = decided + listed, always."""
