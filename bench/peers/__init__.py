"""Peers side by side: the same claim lines decided by Clausula and by what others would use, on one machine.

`rules` says what the plans under `plans/` say, a second time and in plain data, for everybody but Clausula; `workload`
draws the lines; every other module is one peer or one part of the measuring. `bench/peers.py` is the command.
"""
