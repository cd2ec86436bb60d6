"""The whole numbers that compiler, kernel and explanation agree on: columns, kinds, outcomes, rows.

The kernel reads them as constants; a change here is a change of meaning everywhere.
"""

from __future__ import annotations

MISSING = -(1 << 62)
FOREVER = 1 << 60
PPM = 1_000_000

# fixed columns of a line; the facts a program asks for follow, then the cover blocks
PERSON, SERVICE, CHARGED, OTHERS, SERVED, QUANTITY, EVIDENCE, EVIDENCE_END = 0, 1, 2, 3, 4, 5, 6, 7
HOUSEHOLD, SPECIALTY, EPISODE, INDICATION, PROVIDER, CLAIM, STAY, SPENT, VISITS, FIXED = 8, 9, 10, 11, 12, 13, 14, 15, 16, 17

# kinds of tests
ONE_OF, BETWEEN, OUTSIDE, ANY, ALL, NONE, BELOW_FACT, AT_MOST_FACT, KNOWN, USED = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9

# kinds of steps
OF_CHARGED, OF_FACT, AMOUNT, CAP, LESS, LESS_BEFORE, ROUND = 0, 1, 2, 3, 4, 5, 6
UNITS, TRANCHES, SHARE, DEDUCTIBLE, COINSURANCE, BANDS, COPAY, MEMBER_CAP, LIMIT = 7, 8, 9, 10, 11, 12, 13, 14, 15

FALSE, TRUE, UNKNOWN = 0, 1, 2

# outcomes; 4 to 6 are pending: nothing is paid and no account moves until a person or a document answers
NO_COVER, COVERED, PARTLY, NOT_COVERED, NEEDS_DOCUMENT, NEEDS_AUTHORISATION, NEEDS_PERSON = 0, 1, 2, 3, 4, 5, 6

# kinds of benefits
EXPENSE, INDEMNITY, IN_KIND, BETTER_OF = 0, 1, 2, 3

# kinds of rows in the trace
ROW_TEST, ROW_STEP, ROW_EXCLUSION, ROW_REQUIREMENT, ROW_BENEFIT, ROW_LEFT, ROW_REDUCED, ROW_NOTHING = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
)

# how a requirement can fail, from the coarsest to the nearest miss
MET, ABSENT, STATUS, NAMES, ISSUER, SCOPE, OTHER_SPECIALTY, PROPOSAL, DATED, EXPIRED, USES = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
)
FAILURES = 11

# flags of a requirement and of a step
SAME_SPECIALTY, SAME_EPISODE, SAME_INDICATION, SAME_PROVIDER, SAME_CLAIM, SAME_SERVICE = 1, 2, 4, 8, 16, 32
PROPOSES, USES_LEFT, MUST_BE_GRANTED = 64, 128, 256
KEEPS = 1

# moves of accounts, noted while a benefit is weighed and carried out when it is chosen
COUNTED, BORNE, LIMITED = 0, 1, 2

NOTE = 6
"""Ints a note in the trace takes: line, cover, row, before, after, extra."""
