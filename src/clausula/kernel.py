"""The one loop that decides: plain whole-number Python over four flat memories, interpreted or compiled, one source.

m  the program: a header, lists, the records of tests, steps, benefits, exclusions and requirements, then code sets.
x  the lines: one row of facts each; a function gets the address `at` of its row. Facts of a cover stand in the cover's
   block, `shift` columns further.
e  the evidence: one record each, then the providers they propose.
w  the work: the household's accounts, and the moves of accounts a benefit would make.

Interpreted they are lists, compiled (`clausula.compiled` executes this very file with a real `jit`) they are NumPy
arrays. Records are read by address and named offset: `m[t + T_KIND]`. `clausula.memory` lays the memories out,
`clausula.codes` names the offsets. Nothing in here knows a currency, a language, a clock or a plan.

A *condition* is a list of alternatives, each a run of *tests*; its truth has three values, because a missing fact is
neither true nor false. A *row* (kind << 24 | number) names a test, step, exclusion, requirement or benefit; rows are
written to the trace and lead to the clause.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from clausula.codes import *

Function = TypeVar("Function", bound=Callable[..., Any])


class Jit(Protocol):
    """Makes a kernel function ready to run."""

    def __call__(self, function: Function) -> Function: ...  # noqa: D102 - the class says it


def interpreted(function: Function) -> Function:
    """Leave a kernel function as it is: plain Python."""
    return function


# clausula.compiled puts others here before it executes this file: `jit` makes a function a part of those that call it,
# `apart` one that is called, because it is large or needed in many places
jit: Jit = globals().get("jit", interpreted)
apart: Jit = globals().get("apart", interpreted)


@jit
def note(trace: Any, n: int, where: int, row: int, before: int, after: int, extra: int) -> int:
    """Write one step to the trace and return its new length; a trace without room (its first number) stays as it is."""
    if n + NOTE > trace[0]:
        return n
    trace[n] = where
    trace[n + 1] = row
    trace[n + 2] = before
    trace[n + 3] = after
    trace[n + 4] = extra
    return n + NOTE


@jit
def fact(m: Any, x: Any, at: int, shift: int, f: int) -> int:
    """A fact of the line, or of the cover whose block stands `shift` columns further."""
    return x[at + f] if f < m[H_COLUMNS] else x[at + f + shift]


@jit
def account(m: Any, s: int, x: Any, at: int, shift: int) -> int:
    """Key of the account a step uses for this line: account number, entity, period; MISSING where one is not known."""
    entity = x[at + m[s + S_ENTITY]]
    period = 0
    if m[s + S_WINDOW] >= 0:
        period = x[at + SERVED]
    elif m[s + S_PERIOD] >= 0:
        period = fact(m, x, at, shift, m[s + S_PERIOD])
    if entity == MISSING or period == MISSING:
        return MISSING
    return (m[s + S_ACCOUNT] << 50) | (entity << 22) | period


@jit
def used(m: Any, s: int, key: int, x: Any, at: int, w: Any, m0: int, m1: int) -> int:
    """What stands on an account, what this benefit is about to move included; a rolling account sums its window."""
    total = 0
    if m[s + S_WINDOW] >= 0:
        since = x[at + m[s + S_WINDOW]]
        for j in range(W_ACCOUNTS, w[W_END], 2):
            if w[j] >> 22 == key >> 22 and w[j] & 0x3FFFFF > since:
                total += w[j + 1]
    else:
        for j in range(W_ACCOUNTS, w[W_END], 2):
            if w[j] == key:
                total = w[j + 1]
                break
    for j in range(m0, m1, MOVE):
        if w[j] == key:
            total += w[j + 1]
    return total


@jit
def holds(m: Any, t: int, x: Any, at: int, shift: int, w: Any) -> int:
    """Truth of one test on a line: FALSE, TRUE or UNKNOWN."""
    kind = m[t + T_KIND]
    a = m[t + T_A]
    if kind == USED:
        s = m[H_STEPS] + m[t + T_FACT] * STEP_SIZE
        key = account(m, s, x, at, shift)
        if key == MISSING:
            return UNKNOWN
        return TRUE if a <= used(m, s, key, x, at, w, 0, 0) < m[t + T_B] else FALSE
    value = fact(m, x, at, shift, m[t + T_FACT])
    if kind == KNOWN:
        return TRUE if (value != MISSING) == (a != 0) else FALSE
    if value == MISSING:
        return UNKNOWN
    if kind == ONE_OF:
        return TRUE if m[m[H_SETS] + a + value] else FALSE
    if kind == BETWEEN:
        return TRUE if a <= value < m[t + T_B] else FALSE
    if kind == OUTSIDE:
        return FALSE if a <= value < m[t + T_B] else TRUE
    if kind == ANY:
        return TRUE if value & a else FALSE
    if kind == ALL:
        return TRUE if value & a == a else FALSE
    if kind == NONE:
        return FALSE if value & a else TRUE
    other = fact(m, x, at, shift, a)
    if other == MISSING:
        return UNKNOWN
    if kind == BELOW_FACT:
        return TRUE if value < other else FALSE
    return TRUE if value <= other else FALSE


@jit
def truth(m: Any, c: int, x: Any, at: int, shift: int, w: Any) -> tuple[int, int]:
    """Truth of a condition and the test that decided it: -1 when it holds; the first open test, or the failing test
    of the alternative that came nearest, otherwise."""
    if c < 0:
        return TRUE, -1
    return alternatives(m, c, x, at, shift, w)


@apart
def alternatives(m: Any, c: int, x: Any, at: int, shift: int, w: Any) -> tuple[int, int]:
    """What `truth` says of a condition that asks something."""
    missed = -1
    opened = -1
    nearest = -1
    for a in range(m[c]):
        miss = -1
        hole = -1
        for number in range(m[c + 1 + 2 * a], m[c + 2 + 2 * a]):
            t = m[H_TESTS] + number * TEST_SIZE
            verdict = holds(m, t, x, at, shift, w)
            if verdict == UNKNOWN and m[t + T_PEND] == NO_COVER:
                verdict = FALSE
            if verdict == FALSE:
                miss = number
                break
            if verdict == UNKNOWN and hole < 0:
                hole = number
        if miss >= 0:
            if miss - m[c + 1 + 2 * a] > nearest:
                nearest = miss - m[c + 1 + 2 * a]
                missed = miss
        elif hole >= 0:
            opened = hole if opened < 0 else opened
        else:
            return TRUE, -1
    if opened >= 0:
        return UNKNOWN, opened
    return FALSE, missed


@jit
def pending(m: Any, test: int) -> int:
    """The outcome a missing fact leads to, by the test that asked for it."""
    return m[m[H_TESTS] + test * TEST_SIZE + T_PEND]


@jit
def failing(m: Any, r: int, e: Any, v: int, x: Any, at: int, shift: int, w: Any) -> int:
    """How one piece of evidence fails a requirement for this line; MET when it does not."""
    flags = m[r + R_FLAGS]
    if flags & MUST_BE_GRANTED and e[v + E_GRANTED] == 0:
        return STATUS
    if e[v + E_NAMES] & m[r + R_NAMES] != m[r + R_NAMES]:
        return NAMES
    for mask, has in (
        (m[r + R_LISTS], e[v + E_LISTS]),
        (m[r + R_ROLES], e[v + E_ROLES]),
        (m[r + R_SPECIALTIES], e[v + E_SPECIALTIES]),
    ):
        if mask and not has & mask:
            return ISSUER
    if flags & SAME_SERVICE and not e[v + E_SERVICE] <= x[at + SERVICE] < e[v + E_SERVICE_END]:
        return SCOPE
    for flag, limit, own in (
        (SAME_EPISODE, e[v + E_EPISODE], x[at + EPISODE]),
        (SAME_INDICATION, e[v + E_INDICATION], x[at + INDICATION]),
        (SAME_PROVIDER, e[v + E_PROVIDER], x[at + PROVIDER]),
        (SAME_CLAIM, e[v + E_CLAIM], x[at + CLAIM]),
    ):
        if flags & flag and limit >= 0 and limit != own:
            return SCOPE
    if flags & SAME_SPECIALTY and e[v + E_SPECIALTY] >= 0 and e[v + E_SPECIALTY] != x[at + SPECIALTY]:
        return OTHER_SPECIALTY
    if flags & PROPOSES:
        proposed = False
        for j in range(e[v + E_PROPOSAL], e[v + E_PROPOSAL_END]):
            proposed = proposed or e[j] == x[at + PROVIDER]
        if not proposed:
            return PROPOSAL
    day = fact(m, x, at, shift, m[r + R_DATED])
    if day == MISSING or not m[r + R_EARLIEST] <= e[v + E_ISSUED] - day <= m[r + R_LATEST]:
        return DATED
    if not e[v + E_VALID] <= x[at + SERVED] <= e[v + E_VALID_END]:
        return EXPIRED
    if flags & USES_LEFT and e[v + E_USES] >= 0:
        spent = 0
        for j in range(W_ACCOUNTS, w[W_END], 2):
            if w[j] == e[v + E_KEY]:
                spent = w[j + 1]
        if spent + x[at + QUANTITY] > e[v + E_USES]:
            return USES
    return MET


@jit
def match(m: Any, r: int, x: Any, at: int, shift: int, e: Any, w: Any) -> tuple[int, int]:
    """Best evidence of the person for a requirement: (MET or the nearest miss, number of the evidence or -1)."""
    best = ABSENT
    found = -1
    for number in range(x[at + EVIDENCE], x[at + EVIDENCE_END]):
        v = number * EVIDENCE_SIZE
        if m[r + R_KINDS] & e[v + E_KIND]:
            failure = failing(m, r, e, v, x, at, shift, w)
            if failure == MET:
                return MET, number
            if failure > best:
                best = failure
                found = number
    return best, found


@jit
def applies(m: Any, r: int, x: Any, at: int, shift: int, w: Any) -> tuple[int, int]:
    """Whether a requirement binds this line: TRUE, FALSE (not for it, or exempt) or UNKNOWN, and the deciding test."""
    verdict, test = truth(m, m[r + R_CONDITION], x, at, shift, w)
    if verdict == FALSE:
        return FALSE, test
    for j in range(m[r + R_EXEMPT], m[r + R_EXEMPT_END]):
        exempt, _ = truth(m, m[j], x, at, shift, w)
        if exempt == TRUE:
            return FALSE, -1
    return verdict, test


@jit
def band_share(m: Any, bands: int, total: int, least: int, most: int) -> int:
    """The member's share of a running total by bands of (up to, parts per million), with floor and ceiling."""
    share = 0
    low = 0
    for j in range(m[bands]):
        high = m[bands + 1 + 2 * j]
        if total > low:
            share += (min(total, high) - low) * m[bands + 2 + 2 * j]
        low = high
    share = (share + PPM // 2) // PPM
    return min(max(share, least), most, total)


@jit
def give_back(w: Any, m0: int, m1: int, excess: int) -> int:
    """Take back what earlier steps let the member bear, latest first, until `excess` is given back; returns what of it
    had been kept from later covers."""
    kept = 0
    for back in range(m0, m1, MOVE):
        j = m0 + m1 - MOVE - back
        if excess > 0 and w[j + 2] & CAPPED == BORNE:
            part = min(excess, w[j + 1])
            w[j + 1] -= part
            excess -= part
            if w[j + 2] & KEEPS:
                kept += part
    return kept


@jit
def tranches(m: Any, bands: int, amount: int, total: int, units: int) -> tuple[int, int]:
    """Payable part of an amount whose units fall into tranches of (after, up to, parts per million), and units
    granted."""
    paid = 0
    granted = 0
    for j in range(m[bands]):
        low = max(total, m[bands + 1 + 3 * j])
        high = min(total + units, m[bands + 2 + 3 * j])
        if high > low:
            part = amount * (granted + high - low) // units - amount * granted // units
            paid += (part * m[bands + 3 + 3 * j] + PPM // 2) // PPM
            granted += high - low
    return paid, granted


@jit
def granting(m: Any, s: int, value: int, amount: int, total: int, units: int) -> tuple[int, int]:
    """Payable part of an amount by a run of units or by tranches, and the units granted."""
    if m[s + S_KIND] == TRANCHES:
        return tranches(m, m[s + S_C], amount, total, units)
    granted = max(0, min(total + units, m[s + S_B]) - max(total, value))
    return (amount * granted // units if granted > 0 else 0), granted


@jit
def operand(m: Any, s: int, x: Any, at: int, shift: int) -> int:
    """A step's value: its own, or a fact, or a share (a > 0, parts per million) of a fact, or an amount (-a) for each
    of it."""
    own = m[s + S_A]
    if m[s + S_A_FACT] < 0:
        return own
    value = fact(m, x, at, shift, m[s + S_A_FACT])
    if value == MISSING or own == 0:
        return value
    return (value * own + PPM // 2) // PPM if own > 0 else min(value, PPM) * -own


@jit
def proportion(amount: int, part: int, whole: int) -> int:
    """The amount in the proportion of part to whole, never more than itself; of very large numbers the last bits are
    dropped."""
    while whole > 1 << 31:
        part, whole = part // 2, whole // 2
    if part >= whole:
        return amount
    return amount // whole * part + (amount % whole * part + whole // 2) // whole


@jit
def resized(m: Any, s: int, value: int, amount: int, units: int, x: Any, at: int) -> int:
    """The amount after a step that sets, caps, lifts, lessens or rounds it and needs no account."""
    kind = m[s + S_KIND]
    if kind == OF_CHARGED:
        return x[at + CHARGED]
    if kind == AMOUNT:
        return value * units
    if kind == OF_FACT or kind == CAP:
        return min(amount, value * units)
    if kind == FLOOR:
        return max(amount, value * units) if amount > 0 else 0
    if kind == MULTIPLE:
        return (amount * value + PPM // 2) // PPM
    if kind == LESS_BEFORE:
        return amount - min(amount, x[at + SPENT])
    up = 0
    if m[s + S_B] == 0:
        up = value // 2
    elif m[s + S_B] == 1:
        up = value - 1
    return (amount + up) // value * value


@jit
def member_share(m: Any, s: int, value: int, amount: int, units: int, total: int) -> int:
    """What the member bears of an amount by a share, deductible, coinsurance, bands or copay."""
    kind = m[s + S_KIND]
    if kind == SHARE:
        take = amount - (amount * value + PPM // 2) // PPM
    elif kind == DEDUCTIBLE:
        take = max(0, value - total)
    elif kind == COINSURANCE:
        take = min((amount * value + PPM // 2) // PPM, max(0, m[s + S_B] - total))
    elif kind == COPAY:
        take = min(value * units, max(0, m[s + S_B] - total))
    else:
        least, most = m[s + S_A] * units, m[s + S_B] * units
        after = band_share(m, m[s + S_C], total + amount, least, most)
        take = max(0, after - band_share(m, m[s + S_C], total, least, most))
    return min(amount, take)


@jit
def move(w: Any, j: int, key: int, value: int, kind: int) -> int:
    """Note a move of an account; returns where the next one goes."""
    w[j] = key
    w[j + 1] = value
    w[j + 2] = kind
    return j + MOVE


@jit
def settle(
    m: Any, b: int, x: Any, at: int, shift: int, left: int, w: Any, m0: int, trace: Any, n: int, where: int
) -> tuple[int, int, int, int, int, int, int]:
    """Run a benefit's steps: (outcome if open, else 0; row that cut or opened; amount; kept; borne; moves; trace
    length)."""
    j = m0
    amount = left
    kept = 0
    borne = 0
    why = -1
    counted = -1
    granted = 0
    room = FOREVER
    tightest = -1
    for number in range(m[b + B_STEP], m[b + B_STEP_END]):
        s = m[H_STEPS] + number * STEP_SIZE
        row = ROW_STEP << 24 | number
        kind = m[s + S_KIND]
        verdict, test = truth(m, m[s + S_CONDITION], x, at, shift, w)
        if verdict == UNKNOWN:
            return pending(m, test), ROW_TEST << 24 | test, 0, 0, 0, m0, n
        if verdict == FALSE:
            continue
        value = operand(m, s, x, at, shift)
        whole = fact(m, x, at, shift, m[s + S_B]) if kind == PROPORTION else 0
        units = 1 if m[s + S_COUNT] < 0 else fact(m, x, at, shift, m[s + S_COUNT])
        key = -1 if m[s + S_ACCOUNT] < 0 else account(m, s, x, at, shift)
        if value < 0 or units < 0 or whole < 0 or key == MISSING:  # missing, or a stay that ends before it begins
            return NEEDS_PERSON, row, 0, 0, 0, m0, n
        if m[s + S_COUNT] >= 0 and counted == m[s + S_COUNT]:
            units = granted
        total = 0 if key < 0 else used(m, s, key, x, at, w, m0, j)
        before = amount
        if kind == PROPORTION:
            amount = proportion(amount, value, whole)
        elif kind < UNITS:
            amount = resized(m, s, value, amount, units, x, at)
            before = amount if kind == OF_CHARGED or kind == AMOUNT else before
        elif kind <= TRANCHES:
            counted = m[s + S_COUNT]
            amount, granted = granting(m, s, value, amount, total, units)
            # a refused visit does not push the next one out of a rolling window
            j = move(w, j, key, granted if kind == UNITS and value == 0 and m[s + S_WINDOW] >= 0 else units, COUNTED)
            if granted == 0 and units > 0 and why < 0:
                why = row
        elif kind <= COPAY:
            take = member_share(m, s, value, amount, units, total)
            if kind == BANDS:
                j = move(w, j, key, amount, COUNTED)
                key = -1
            j = move(w, j, key, take, BORNE | m[s + S_FLAGS] & KEEPS)
            borne += take
            amount -= take
            kept += take * (m[s + S_FLAGS] & KEEPS)
        elif kind == MEMBER_CAP:
            excess = max(0, borne - max(0, value - total))
            kept -= give_back(w, m0, j, excess)
            borne -= excess
            amount += excess
            j = move(w, j, key, borne, CAPPED)
        else:
            amount = min(amount, max(0, value - total))
            j = move(w, j, key, amount if kind == COST_LIMIT else 0, COUNTED if kind == COST_LIMIT else LIMITED)
            if kind == LIMIT and max(0, value - total) < room:
                room = max(0, value - total)
                tightest = row
        if amount < before and why < 0 and m[b + B_KIND] != IN_KIND:
            why = row
        n = note(trace, n, where, row, before, amount, total)
    if amount > room and m[b + B_KIND] != IN_KIND:  # a later step lifted it: the limit holds for what is finally paid
        n = note(trace, n, where, tightest, amount, room, 0)
        why = tightest if why < 0 else why
        amount = room
    return 0, why, amount, kept, borne, j, n


@jit
def excluded(
    m: Any, first: int, last: int, x: Any, at: int, shift: int, w: Any, trace: Any, n: int, where: int
) -> tuple[int, int, int]:
    """The first exclusion of a list that holds or cannot be told: (outcome or 0, row, trace length)."""
    for j in range(first, last):
        row = ROW_EXCLUSION << 24 | m[j]
        exclusion = m[H_EXCLUSIONS] + m[j] * EXCLUSION_SIZE
        verdict, test = truth(m, m[exclusion + X_CONDITION], x, at, shift, w)
        if verdict == UNKNOWN:
            n = note(trace, n, where, ROW_TEST << 24 | test, 0, 0, row)
            return pending(m, test), ROW_TEST << 24 | test, n
        if verdict == TRUE:
            n = note(trace, n, where, row, 0, 0, 0)
            return m[exclusion + X_OUTCOME], row, n
    return 0, -1, n


@jit
def admit(
    m: Any, b: int, x: Any, at: int, shift: int, e: Any, w: Any, m0: int, trace: Any, n: int, where: int
) -> tuple[int, int, int, int, int, int]:
    """Exclusions, then requirements of a benefit that fits: (outcome if refused or open, else 0; row; share of the
    payment in parts per million; whether the provider is paid on the member's account; moves; trace length)."""
    j = m0
    outcome, row, n = excluded(m, m[b + B_EXCLUSION], m[b + B_EXCLUSION_END], x, at, shift, w, trace, n, where)
    if outcome != 0:
        return outcome, row, 0, 0, j, n
    reduced = PPM
    for i in range(m[b + B_REQUIREMENT], m[b + B_REQUIREMENT_END]):
        row = ROW_REQUIREMENT << 24 | m[i]
        r = m[H_REQUIREMENTS] + m[i] * REQUIREMENT_SIZE
        verdict, test = applies(m, r, x, at, shift, w)
        if verdict == UNKNOWN:
            n = note(trace, n, where, ROW_TEST << 24 | test, 0, 0, row)
            return pending(m, test), ROW_TEST << 24 | test, 0, 0, j, n
        if verdict == FALSE:
            continue
        failure, number = match(m, r, x, at, shift, e, w)
        n = note(trace, n, where, row, failure, number, 0)
        if failure == MET:
            v = number * EVIDENCE_SIZE
            rests = m[r + R_FLAGS] & USES_LEFT and e[v + E_USES] >= 0
            for earlier in range(m0, j, MOVE):
                rests = rests and w[earlier] != e[v + E_KEY]  # a document that meets two requirements is used once
            if rests:
                j = move(w, j, e[v + E_KEY], x[at + QUANTITY], COUNTED)
            continue
        outcome = m[m[r + R_OUTCOMES] + failure]
        if outcome == COVERED:
            reduced = reduced * m[r + R_REDUCED] // PPM
            continue
        advance = 0
        if outcome == NOT_COVERED and m[r + R_ADVANCE] >= 0:
            verdict, test = truth(m, m[r + R_ADVANCE], x, at, shift, w)
            advance = 1 if verdict == TRUE else 0
        return outcome, row, 0, advance, j, n
    return 0, -1, reduced, 0, j, n


@jit
def finish(w: Any, m0: int, m1: int, paid: int) -> None:
    """Charge limits with what is finally paid, each account once, and ceilings with what the steps before finally let
    the member bear."""
    for j in range(m0, m1, MOVE):
        if w[j + 2] < LIMITED:
            continue
        limited = w[j + 2] == LIMITED
        w[j + 1] = paid if limited else 0
        for earlier in range(m0, j, MOVE):
            if limited and w[earlier + 2] == LIMITED and w[earlier] == w[j]:
                w[j + 1] = 0
            if not limited and w[earlier + 2] & CAPPED == BORNE:
                w[j + 1] += w[earlier + 1]


@apart
def weigh(
    m: Any, number: int, x: Any, at: int, shift: int, left: int, e: Any, w: Any, m0: int, trace: Any, n: int, where: int
) -> tuple[int, int, int, int, int, int, int]:
    """What a benefit that fits gives, without moving an account: (outcome, row, paid, kept, advanced, moves, trace
    length)."""
    b = m[H_BENEFITS] + number * BENEFIT_SIZE
    n = note(trace, n, where, ROW_BENEFIT << 24 | number, left, left, 0)
    outcome, row, reduced, advance, j, n = admit(m, b, x, at, shift, e, w, m0, trace, n, where)
    if outcome != 0:
        return outcome, row, 0, 0, left * advance, m0, n
    kind = m[b + B_KIND]
    outcome, row, paid, kept, borne, j, n = settle(m, b, x, at, shift, left, w, j, trace, n, where)
    if outcome != 0:
        n = note(trace, n, where, row, 0, 0, 0)
        return outcome, row, 0, 0, 0, m0, n
    if reduced < PPM:
        before = paid
        paid = (paid * reduced + PPM // 2) // PPM
        n = note(trace, n, where, ROW_REDUCED << 24, before, paid, 0)
    if kind == EXPENSE and paid > left:
        n = note(trace, n, where, ROW_LEFT << 24, paid, left, 0)
        paid = left
    paid = 0 if kind == IN_KIND else paid
    finish(w, m0, j, paid)
    if kind == IN_KIND:
        return (COVERED if row < 0 else NOT_COVERED), row, 0, 0, 0, j, n
    if paid == 0 and borne == 0 and left > 0:
        return NOT_COVERED, row, 0, 0, 0, j, n
    if kind == INDEMNITY:
        return (COVERED if paid > 0 else NOT_COVERED), row, paid, 0, 0, j, n
    return (COVERED if paid == left else PARTLY), row, paid, min(kept, left - paid), 0, j, n


@jit
def carry_out(w: Any, m0: int, m1: int) -> None:
    """Move the accounts of the benefit that was chosen; a new account starts at zero."""
    for j in range(m0, m1, MOVE):
        if w[j] >= 0 and w[j + 1] != 0:
            slot = w[W_END]
            for known in range(W_ACCOUNTS, w[W_END], 2):
                if w[known] == w[j]:
                    slot = known
                    break
            if slot == w[W_END]:
                w[slot] = w[j]
                w[slot + 1] = 0
                w[W_END] = slot + 2
            w[slot + 1] += w[j + 1]


@jit
def better(
    m: Any, number: int, x: Any, at: int, shift: int, left: int, e: Any, w: Any, trace: Any, n: int, where: int
) -> tuple[int, int, int, int, int, int, int, int, int]:
    """The benefit of a group that gives the member most (the first declared on a tie): (benefit, outcome, row, paid,
    kept, advanced, first move, end of moves, trace length); benefit is -1 when none of them fits."""
    group = m[H_BENEFITS] + number * BENEFIT_SIZE
    chosen, outcome, row, paid, kept, advanced, first, last = -1, 0, -1, 0, 0, 0, 0, 0
    j = w[W_MOVES]
    for i in range(m[group + B_STEP], m[group + B_STEP_END]):
        candidate = m[i]
        condition = m[m[H_BENEFITS] + candidate * BENEFIT_SIZE + B_CONDITION]
        verdict, test = truth(m, condition, x, at, shift, w)
        if verdict == UNKNOWN:
            n = note(trace, n, where, ROW_TEST << 24 | test, 0, 0, ROW_BENEFIT << 24 | candidate)
            return candidate, pending(m, test), ROW_TEST << 24 | test, 0, 0, 0, 0, 0, n
        if verdict == FALSE:
            continue
        offer, why, gives, keeps, ahead, end, n = weigh(m, candidate, x, at, shift, left, e, w, j, trace, n, where)
        refused = offer >= NOT_COVERED
        nearer = (outcome >= NOT_COVERED and not refused) or outcome == NOT_COVERED < offer
        if chosen < 0 or nearer or (not refused and gives > paid):
            chosen, outcome, row, paid, kept, advanced = candidate, offer, why, gives, keeps, ahead
            first, last = j, end
        j = max(j, end)
    return chosen, outcome, row, paid, kept, advanced, first, last, n


@jit
def decide(
    m: Any, cover: int, x: Any, at: int, shift: int, left: int, e: Any, w: Any, trace: Any, n: int, where: int
) -> tuple[int, int, int, int, int, int, int]:
    """What one cover gives on a line: (benefit or -1, outcome, row, paid, kept, advanced, trace length)."""
    slot = m[H_CANDIDATES] + cover * m[H_SERVICES] + x[at + SERVICE] * m[H_BY_SERVICE]
    row = -1
    for c in range(m[slot], m[slot + 1]):
        number = m[c]
        b = m[H_BENEFITS] + number * BENEFIT_SIZE
        verdict, test = truth(m, m[b + B_CONDITION], x, at, shift, w)
        if verdict != TRUE:
            n = note(trace, n, where, ROW_TEST << 24 | test, left, left, ROW_BENEFIT << 24 | number)
            if verdict == UNKNOWN:
                return number, pending(m, test), ROW_TEST << 24 | test, 0, 0, 0, n
            row = ROW_TEST << 24 | test if row < 0 else row
        elif m[b + B_KIND] == BETTER_OF:
            chosen, outcome, why, paid, kept, advanced, m0, m1, n = better(
                m, number, x, at, shift, left, e, w, trace, n, where
            )
            if chosen >= 0:
                carry_out(w, m0, m1)
                return chosen, outcome, why, paid, kept, advanced, n
        else:
            m0 = w[W_MOVES]
            outcome, why, paid, kept, advanced, m1, n = weigh(m, number, x, at, shift, left, e, w, m0, trace, n, where)
            carry_out(w, m0, m1)
            return number, outcome, why, paid, kept, advanced, n
    first = m[m[H_COVERS] + cover]
    for j in range(first, m[m[H_COVERS] + cover + 1]):
        verdict, test = truth(m, m[m[H_EXCLUSIONS] + m[j] * EXCLUSION_SIZE + X_CONDITION], x, at, shift, w)
        if verdict == TRUE:
            n = note(trace, n, where, ROW_EXCLUSION << 24 | m[j], left, left, 0)
            return -1, NOT_COVERED, ROW_EXCLUSION << 24 | m[j], 0, 0, 0, n
    n = note(trace, n, where, ROW_NOTHING << 24 | cover, left, left, 0)
    return -1, NOT_COVERED, (row if row >= 0 else ROW_NOTHING << 24 | cover), 0, 0, 0, n


@jit
def adjudicate(m: Any, x: Any, first: int, last: int, e: Any, w: Any, out: Any, trace: Any) -> int:
    """Decide lines `first` to `last` of one household in order, moving its accounts; returns the trace's length. Its
    first number says how much room there is.

    `out` gets, for every line and cover slot: benefit, outcome, row, paid, kept, advanced; and after the slots of a
    line what is left of it. A cover whose answer is open stops the line: later covers wait, because what they owe
    depends on it.
    """
    n = 1
    depth = m[H_DEPTH]
    for i in range(first, last):
        at = i * m[H_STRIDE]
        o = i * (depth * CELL + 1)
        left = x[at + CHARGED] - x[at + OTHERS]
        x[at + SPENT] = 0
        held = 0
        for k in range(depth):
            shift = k * m[H_WIDTH]
            cover = x[at + m[H_COLUMNS] + shift]
            if cover < 0:
                continue
            benefit, outcome, row, paid, kept, advanced, n = decide(
                m, cover, x, at, shift, left, e, w, trace, n, i << 6 | k
            )
            cell = o + k * CELL
            out[cell], out[cell + 1], out[cell + 2] = benefit, outcome, row
            out[cell + 3], out[cell + 4], out[cell + 5] = paid, kept, advanced
            if benefit < 0 or m[m[H_BENEFITS] + benefit * BENEFIT_SIZE + B_KIND] != INDEMNITY:
                left -= paid + kept
                held += kept
                x[at + SPENT] += paid
            if outcome >= NEEDS_DOCUMENT:
                break
        rest = left + held
        out[o + depth * CELL] = rest
        for cell in range(o + 5, o + depth * CELL, CELL):  # what is advanced is a part of what the member bears
            out[cell] = min(out[cell], rest)
            rest -= out[cell]
    return n


@jit
def sweep(
    m: Any,
    x: Any,
    households: int,
    starts: Any,
    opening: Any,
    opening_at: Any,
    e: Any,
    w: Any,
    out: Any,
    closing: Any,
    closing_at: Any,
    trace: Any,
) -> int:
    """Decide households one after the other, each from its own opening accounts; returns the length of the closing
    ones.

    Household h has the lines from starts[h] to starts[h + 1] and opens with the accounts in opening[opening_at[h]] to
    opening[opening_at[h + 1]] (key, used, key, used …); what it closes with is written to `closing` in the same way.
    """
    end = 0
    for h in range(households):
        first = opening_at[h]
        count = opening_at[h + 1] - first
        for j in range(count):
            w[W_ACCOUNTS + j] = opening[first + j]
        w[W_END] = W_ACCOUNTS + count
        adjudicate(m, x, starts[h], starts[h + 1], e, w, out, trace)
        closing_at[h] = end
        for j in range(W_ACCOUNTS, w[W_END]):
            closing[end] = w[j]
            end += 1
    closing_at[households] = end
    return end
