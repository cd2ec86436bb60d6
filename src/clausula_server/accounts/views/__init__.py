"""Pages of the sign-in: a file for each errand.

signin: phone and code. activation: the code from the letter. second_factor: passkey, one-time password, recovery codes.
sessions: where somebody is signed in. tokens: for systems.
"""
