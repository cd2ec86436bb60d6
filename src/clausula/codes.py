"""The whole numbers that compiler, kernel and explanation agree on: columns, kinds, outcomes, rows.

The kernel reads them as constants; a change here is a change of meaning everywhere.
"""

from __future__ import annotations

MISSING = -(1 << 62)
FOREVER = 1 << 60
PPM = 1_000_000

# fixed columns of a line; the facts a program asks for follow, then the cover blocks
PERSON, SERVICE, CHARGED, OTHERS, SERVED, QUANTITY, EVIDENCE, EVIDENCE_END = 0, 1, 2, 3, 4, 5, 6, 7
HOUSEHOLD, SPECIALTY, EPISODE, INDICATION, PROVIDER, CLAIM, STAY, SPENT, VISITS, FIXED = (
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
)

# kinds of tests
ONE_OF, BETWEEN, OUTSIDE, ANY, ALL, NONE, BELOW_FACT, AT_MOST_FACT, KNOWN, USED = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9

# kinds of steps
OF_CHARGED, OF_FACT, AMOUNT, CAP, FLOOR, LESS_BEFORE, ROUND, MULTIPLE, PROPORTION = 0, 1, 2, 3, 4, 5, 6, 7, 8
UNITS, TRANCHES, SHARE, DEDUCTIBLE, COINSURANCE, BANDS, COPAY = 9, 10, 11, 12, 13, 14, 15
MEMBER_CAP, LIMIT, COST_LIMIT = 16, 17, 18

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

# moves of accounts, noted while a benefit is weighed and carried out when it is chosen; the last bit is KEEPS
COUNTED, BORNE, LIMITED, CAPPED = 0, 2, 4, 6

NOTE = 5
"""Ints a note in the trace takes: line and cover slot (line << 6 | slot), row, before, after, extra."""

# --- layout of the memories (see clausula.memory) ---

# header of the program's memory: sizes of a line, then where each kind of record begins
H_COLUMNS, H_WIDTH, H_DEPTH, H_STRIDE, H_SERVICES, H_CANDIDATES, H_COVERS = 0, 1, 2, 3, 4, 5, 6
H_TESTS, H_STEPS, H_BENEFITS, H_EXCLUSIONS, H_REQUIREMENTS, H_SETS, H_BY_SERVICE, HEADER = 7, 8, 9, 10, 11, 12, 13, 16
# H_SERVICES: lists of candidates a cover has; H_BY_SERVICE: 1 where there is one for each service, 0 where the cover
# stands for the service too (clausula.situations)

T_KIND, T_FACT, T_A, T_B, T_PEND, TEST_SIZE = 0, 1, 2, 3, 4, 5
S_KIND, S_ACCOUNT, S_ENTITY, S_PERIOD, S_WINDOW, S_COUNT = 0, 1, 2, 3, 4, 5
S_A, S_A_FACT, S_B, S_C, S_CONDITION, S_FLAGS, STEP_SIZE = 6, 7, 8, 9, 10, 11, 12
B_CONDITION, B_EXCLUSION, B_EXCLUSION_END, B_REQUIREMENT, B_REQUIREMENT_END = 0, 1, 2, 3, 4
B_STEP, B_STEP_END, B_KIND, BENEFIT_SIZE = 5, 6, 7, 8
X_CONDITION, X_OUTCOME, EXCLUSION_SIZE = 0, 1, 2
R_CONDITION, R_EXEMPT, R_EXEMPT_END, R_KINDS, R_FLAGS, R_LISTS, R_ROLES, R_SPECIALTIES = 0, 1, 2, 3, 4, 5, 6, 7
R_NAMES, R_DATED, R_EARLIEST, R_LATEST, R_OUTCOMES, R_REDUCED, R_ADVANCE, REQUIREMENT_SIZE = (
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
)
E_KIND, E_ISSUED, E_VALID, E_VALID_END, E_LISTS, E_ROLES, E_SPECIALTIES, E_NAMES, E_GRANTED = 0, 1, 2, 3, 4, 5, 6, 7, 8
E_SERVICE, E_SERVICE_END, E_SPECIALTY, E_EPISODE, E_INDICATION, E_PROVIDER, E_CLAIM = 9, 10, 11, 12, 13, 14, 15
E_PROPOSAL, E_PROPOSAL_END, E_USES, E_KEY, EVIDENCE_SIZE = 16, 17, 18, 19, 20

# work memory: where the accounts end, where the moves begin, then accounts (key, used), then moves (key, amount, kind)
W_END, W_MOVES, W_ACCOUNTS = 0, 1, 2
MOVE = 3

CELL = 6
"""Numbers a decision of one cover takes in the output: benefit, outcome, row, paid, kept, advanced."""
