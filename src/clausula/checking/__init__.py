"""The guards of the checker, one file a family; `clausula.checker` runs them and gathers what they find.

Each guard looks at plans that could be read and answers with findings: where, what, how to mend it. `ground.py` is what
they stand on, `report.py` how a report is shown. Guards never change a plan, never raise for what is wrong with one,
and decide nothing: what needs a decision asks the engine.
"""
