"""What the engine is asked here; the one place of the room that imports `clausula`. Everybody else sees plain values.

deciding: lines one after the other, by the texts in force on their days. telling: a decision's steps as sentences, in
five languages. asking: what is left, what is owed when. guiding: what must come first. reading: files from outside.
"""
