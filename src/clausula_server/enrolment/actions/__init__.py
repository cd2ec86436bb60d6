"""Writes of enrolment: a file for each noun.

edition: register texts, offer them. fact: what is stated of a person. application: ask, accept, refuse, withdraw.
enrolment: end, change plan, change a choice. membership: decide, with reasons. due: post, settle, return, cancel.
renewal: a run over households, dry or real. Each tells all faults at once and appends events; who may call them is
asked before, by the guard.
"""
