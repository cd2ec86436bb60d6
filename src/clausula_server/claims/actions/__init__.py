"""Writes of claims: a file for each noun.

claim: submit, correct, reverse. evidence: what arrives resumes what waits for it. wait: who takes it on. override and
appeal: a person decides. attachment: documents, originals returned. payment: what payments tell back.
"""
