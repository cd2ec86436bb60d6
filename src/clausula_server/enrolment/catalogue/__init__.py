"""What the engine is asked here: the texts of plans as editions, and what they say of who may enrol, until when, at
what price. The one place of the room that imports `clausula`; everybody else sees plain values.

packing: texts become editions. editions: editions become books. stated: facts as people state them. asking: what
editions say of a household. An edition is named by the digest of everything it rests on; what was read and compiled
for a set of editions is kept, for all threads of the process.
"""
