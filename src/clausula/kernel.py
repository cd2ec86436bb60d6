"""The one loop that decides. Plain whole-number Python over small tables; the same source runs interpreted or compiled.

Interpreted, the tables of a `Program` are lists of records and a line is a list of ints. Compiled (`clausula.compiled`
executes this very file with a real `jit`), they are NumPy struct arrays. Only one-dimensional indexing, whole numbers and
tuples are used here, so both forms mean the same. Nothing in here knows a currency, a language, a clock or a plan.

Words: a *line* is a row of facts as ints (fixed columns below, then facts of the line, then one block per cover of the
person). A *cover* is one plan slice in force for that line. A *condition* is a list of alternatives, each a run of *tests*;
its truth has three values, because a missing fact is neither true nor false. A *row* is (kind << 24 | index): it names a
test, step, exclusion, requirement or benefit, is written to the trace, and leads to the clause.
"""

from __future__ import annotations

from typing import Any

from clausula.codes import *

try:
    jit  # noqa: B018 - set by clausula.compiled before it executes this file
except NameError:

    def jit(function: Any) -> Any:
        """Leave a kernel function as it is: interpreted Python."""
        return function


@jit
def note(trace: Any, n: int, i: int, k: int, row: int, before: int, after: int, extra: int) -> int:
    """Write one step to the trace and return its new length; a trace without room is left as it is."""
    if n + NOTE > len(trace):
        return n
    trace[n] = i
    trace[n + 1] = k
    trace[n + 2] = row
    trace[n + 3] = before
    trace[n + 4] = after
    trace[n + 5] = extra
    return n + NOTE


@jit
def fact(line: Any, f: int, shift: int, columns: int) -> int:
    """A fact of the line, or of the cover whose block starts `shift` columns further."""
    return line[f] if f < columns else line[f + shift]


@jit
def account(step: Any, line: Any, shift: int, columns: int) -> int:
    """Key of the account a step uses for this line: account number, entity, period."""
    period = 0
    if step.window >= 0:
        period = line[SERVED]
    elif step.period >= 0:
        period = fact(line, step.period, shift, columns)
    entity = line[step.entity]
    if entity == MISSING or period == MISSING:
        return MISSING
    return (step.account << 50) | (entity << 22) | period


@jit
def used(step: Any, key: int, line: Any, usage: Any, moves: Any, m0: int, m1: int) -> int:
    """What stands on an account, what this benefit is about to move included; a rolling account sums its window."""
    keys, values, size = usage
    move_key, move_value, _ = moves
    total = 0
    if step.window >= 0:
        since = line[step.window]
        for j in range(size[0]):
            if keys[j] >> 22 == key >> 22 and keys[j] & 0x3FFFFF > since:
                total += values[j]
    else:
        for j in range(size[0]):
            if keys[j] == key:
                total = values[j]
                break
    for m in range(m0, m1):
        if move_key[m] == key:
            total += move_value[m]
    return total


@jit
def holds(p: Any, t: int, line: Any, shift: int, usage: Any, moves: Any) -> int:
    """Truth of one test on a line: FALSE, TRUE or UNKNOWN."""
    test = p.tests[t]
    if test.kind == USED:
        step = p.steps[test.fact]
        key = account(step, line, shift, p.columns)
        if key == MISSING:
            return UNKNOWN
        return TRUE if test.a <= used(step, key, line, usage, moves, 0, 0) < test.b else FALSE
    value = fact(line, test.fact, shift, p.columns)
    if test.kind == KNOWN:
        return TRUE if (value != MISSING) == (test.a != 0) else FALSE
    if value == MISSING:
        return UNKNOWN
    if test.kind == ONE_OF:
        return TRUE if p.sets[test.a + value] else FALSE
    if test.kind == BETWEEN:
        return TRUE if test.a <= value < test.b else FALSE
    if test.kind == OUTSIDE:
        return FALSE if test.a <= value < test.b else TRUE
    if test.kind == ANY:
        return TRUE if value & test.a else FALSE
    if test.kind == ALL:
        return TRUE if value & test.a == test.a else FALSE
    if test.kind == NONE:
        return FALSE if value & test.a else TRUE
    other = fact(line, test.a, shift, p.columns)
    if other == MISSING:
        return UNKNOWN
    if test.kind == BELOW_FACT:
        return TRUE if value < other else FALSE
    return TRUE if value <= other else FALSE


@jit
def truth(p: Any, c: int, line: Any, shift: int, usage: Any, moves: Any) -> tuple[int, int]:
    """Truth of a condition and the test that decided it: -1 when it holds; the first open test, or the failing test of the
    alternative that came nearest, otherwise."""
    if c < 0:
        return TRUE, -1
    missed = -1
    nearest = -1
    opened = -1
    for a in range(p.index[c]):
        miss = -1
        hole = -1
        for t in range(p.index[c + 1 + 2 * a], p.index[c + 2 + 2 * a]):
            verdict = holds(p, t, line, shift, usage, moves)
            if verdict == UNKNOWN and p.tests[t].pend == NO_COVER:
                verdict = FALSE
            if verdict == FALSE:
                miss = t
                break
            if verdict == UNKNOWN and hole < 0:
                hole = t
        if miss >= 0:
            if miss - p.index[c + 1 + 2 * a] > nearest:
                nearest = miss - p.index[c + 1 + 2 * a]
                missed = miss
        elif hole >= 0:
            opened = hole if opened < 0 else opened
        else:
            return TRUE, -1
    if opened >= 0:
        return UNKNOWN, opened
    return FALSE, missed


@jit
def failing(req: Any, ev: Any, line: Any, shift: int, p: Any, proposals: Any, usage: Any) -> int:
    """How one piece of evidence fails a requirement for this line; MET when it does not."""
    if req.flags & MUST_BE_GRANTED and ev.granted == 0:
        return STATUS
    if ev.names & req.names != req.names:
        return NAMES
    if req.lists and not ev.lists & req.lists:
        return ISSUER
    if req.roles and not ev.roles & req.roles:
        return ISSUER
    if req.specialties and not ev.issuer_specialties & req.specialties:
        return ISSUER
    if req.flags & SAME_SERVICE and not ev.service <= line[SERVICE] < ev.service_end:
        return SCOPE
    if req.flags & SAME_EPISODE and ev.episode >= 0 and ev.episode != line[EPISODE]:
        return SCOPE
    if req.flags & SAME_INDICATION and ev.indication >= 0 and ev.indication != line[INDICATION]:
        return SCOPE
    if req.flags & SAME_PROVIDER and ev.provider >= 0 and ev.provider != line[PROVIDER]:
        return SCOPE
    if req.flags & SAME_CLAIM and ev.claim >= 0 and ev.claim != line[CLAIM]:
        return SCOPE
    if req.flags & SAME_SPECIALTY and ev.specialty >= 0 and ev.specialty != line[SPECIALTY]:
        return OTHER_SPECIALTY
    if req.flags & PROPOSES:
        proposed = False
        for j in range(ev.proposal, ev.proposal_end):
            proposed = proposed or proposals[j] == line[PROVIDER]
        if not proposed:
            return PROPOSAL
    day = fact(line, req.dated, shift, p.columns)
    if day == MISSING or not req.earliest <= ev.issued - day <= req.latest:
        return DATED
    if not ev.valid <= line[SERVED] <= ev.valid_end:
        return EXPIRED
    if req.flags & USES_LEFT and ev.uses >= 0:
        keys, values, size = usage
        for j in range(size[0]):
            if keys[j] == ev.key and values[j] + line[QUANTITY] > ev.uses:
                return USES
        if line[QUANTITY] > ev.uses:
            return USES
    return MET


@jit
def match(p: Any, r: int, line: Any, shift: int, evidence: Any, proposals: Any, usage: Any) -> tuple[int, int]:
    """Best evidence of the person for a requirement: (MET or the nearest miss, evidence row or -1)."""
    req = p.requirements[r]
    best = ABSENT
    found = -1
    for e in range(line[EVIDENCE], line[EVIDENCE_END]):
        ev = evidence[e]
        if req.kinds & ev.kind:
            failure = failing(req, ev, line, shift, p, proposals, usage)
            if failure == MET:
                return MET, e
            if failure > best:
                best = failure
                found = e
    return best, found


@jit
def applies(p: Any, r: int, line: Any, shift: int, usage: Any, moves: Any) -> tuple[int, int]:
    """Whether a requirement binds this line: TRUE, FALSE (not for it, or exempt) or UNKNOWN, and the deciding test."""
    req = p.requirements[r]
    verdict, test = truth(p, req.condition, line, shift, usage, moves)
    if verdict == FALSE:
        return FALSE, test
    for x in range(req.exempt, req.exempt_end):
        exempt, _ = truth(p, p.index[x], line, shift, usage, moves)
        if exempt == TRUE:
            return FALSE, -1
    return verdict, test


@jit
def band_share(index: Any, at: int, total: int, least: int, most: int) -> int:
    """The member's share of a running total by bands of (up to, parts per million), with floor and ceiling."""
    share = 0
    low = 0
    for j in range(index[at]):
        high = index[at + 1 + 2 * j]
        if total > low:
            share += (min(total, high) - low) * index[at + 2 + 2 * j]
        low = high
    share = (share + PPM // 2) // PPM
    return min(max(share, least), most, total)


@jit
def give_back(moves: Any, m0: int, m1: int, excess: int) -> int:
    """Take back what earlier steps let the member bear, latest first, until `excess` is given back; returns what of it
    had been kept from later covers."""
    _, move_value, move_kind = moves
    kept = 0
    for back in range(m0, m1):
        m = m0 + m1 - 1 - back
        if excess > 0 and move_kind[m] & CAPPED == BORNE:
            part = min(excess, move_value[m])
            move_value[m] -= part
            excess -= part
            if move_kind[m] & KEEPS:
                kept += part
    return kept


@jit
def tranches(index: Any, at: int, amount: int, total: int, units: int) -> tuple[int, int]:
    """Payable part of an amount whose units fall into tranches of (after, up to, parts per million), and units granted."""
    paid = 0
    granted = 0
    for j in range(index[at]):
        low = max(total, index[at + 1 + 3 * j])
        high = min(total + units, index[at + 2 + 3 * j])
        if high > low:
            part = amount * (granted + high - low) // units - amount * granted // units
            paid += (part * index[at + 3 + 3 * j] + PPM // 2) // PPM
            granted += high - low
    return paid, granted


@jit
def operand(step: Any, line: Any, shift: int, columns: int) -> int:
    """A step's value: its own, or a fact, or a share (a > 0, parts per million) of a fact, or an amount (-a) for each of it."""
    if step.a_fact < 0:
        return step.a
    value = fact(line, step.a_fact, shift, columns)
    if value == MISSING or step.a == 0:
        return value
    return (value * step.a + PPM // 2) // PPM if step.a > 0 else min(value, PPM) * -step.a


@jit
def proportion(amount: int, part: int, whole: int) -> int:
    """The amount in the proportion of part to whole, never more than itself; of very large numbers the last bits are dropped."""
    while whole > 1 << 31:
        part, whole = part // 2, whole // 2
    if part >= whole:
        return amount
    return amount // whole * part + (amount % whole * part + whole // 2) // whole


@jit
def resized(step: Any, value: int, amount: int, units: int, line: Any) -> int:
    """The amount after a step that sets, caps, lifts, lessens or rounds it and needs no account."""
    kind = step.kind
    if kind == OF_CHARGED:
        return line[CHARGED]
    if kind == AMOUNT:
        return value * units
    if kind == OF_FACT or kind == CAP:
        return min(amount, value * units)
    if kind == FLOOR:
        return max(amount, value * units) if amount > 0 else 0
    if kind == MULTIPLE:
        return (amount * value + PPM // 2) // PPM
    if kind == LESS_BEFORE:
        return amount - min(amount, line[SPENT])
    up = 0
    if step.b == 0:
        up = value // 2
    elif step.b == 1:
        up = value - 1
    return (amount + up) // value * value


@jit
def member_share(index: Any, step: Any, value: int, amount: int, units: int, total: int) -> int:
    """What the member bears of an amount by a share, deductible, coinsurance, bands or copay."""
    kind = step.kind
    if kind == SHARE:
        take = amount - (amount * value + PPM // 2) // PPM
    elif kind == DEDUCTIBLE:
        take = max(0, value - total)
    elif kind == COINSURANCE:
        take = min((amount * value + PPM // 2) // PPM, max(0, step.b - total))
    elif kind == COPAY:
        take = min(value * units, max(0, step.b - total))
    else:
        after = band_share(index, step.c, total + amount, step.a * units, step.b * units)
        take = max(0, after - band_share(index, step.c, total, step.a * units, step.b * units))
    return min(amount, take)


@jit
def settle(
    p: Any, b: int, line: Any, shift: int, left: int, usage: Any, moves: Any, m0: int, trace: Any, n: int, at: Any
) -> tuple[int, int, int, int, int, int, int]:
    """Run a benefit's steps: (outcome if open, else 0; row that cut or opened; amount; kept; borne; moves; trace length)."""
    move_key, move_value, move_kind = moves
    m = m0
    amount = left
    kept = 0
    borne = 0
    why = -1
    counted = -1
    granted = 0
    for s in range(p.benefits[b].step, p.benefits[b].step_end):
        step = p.steps[s]
        verdict, test = truth(p, step.condition, line, shift, usage, moves)
        if verdict == UNKNOWN:
            return p.tests[test].pend, ROW_TEST << 24 | test, 0, 0, 0, m0, n
        if verdict == FALSE:
            continue
        value = operand(step, line, shift, p.columns)
        whole = fact(line, step.b, shift, p.columns) if step.kind == PROPORTION else 0
        units = 1
        if step.count >= 0:
            units = fact(line, step.count, shift, p.columns)
        if value < 0 or units < 0 or whole < 0:  # missing, or a stay that ends before it begins: nothing to reckon with
            return NEEDS_PERSON, ROW_STEP << 24 | s, 0, 0, 0, m0, n
        if step.count >= 0 and counted == step.count:
            units = granted
        key = -1
        total = 0
        if step.account >= 0:
            key = account(step, line, shift, p.columns)
            if key == MISSING:
                return NEEDS_PERSON, ROW_STEP << 24 | s, 0, 0, 0, m0, n
            total = used(step, key, line, usage, moves, m0, m)
        before = amount
        kind = step.kind
        if kind == PROPORTION:
            amount = proportion(amount, value, whole)
        elif kind < UNITS:
            amount = resized(step, value, amount, units, line)
            before = amount if kind == OF_CHARGED or kind == AMOUNT else before
        elif kind <= TRANCHES:
            counted = step.count
            move_key[m], move_value[m], move_kind[m] = key, units, COUNTED
            if kind == UNITS:
                granted = max(0, min(total + units, step.b) - max(total, value))
                if step.window >= 0 and value == 0:
                    move_value[m] = granted  # a refused visit does not push the next one out of a rolling window
                amount = amount * granted // units if granted > 0 else 0
            else:
                amount, granted = tranches(p.index, step.c, amount, total, units)
            m += 1
            if granted == 0 and units > 0 and why < 0:
                why = ROW_STEP << 24 | s
        elif kind <= COPAY:
            take = member_share(p.index, step, value, amount, units, total)
            if kind == BANDS:
                move_key[m], move_value[m], move_kind[m] = key, amount, COUNTED
                m += 1
                key = -1
            move_key[m], move_value[m], move_kind[m] = key, take, BORNE | step.flags & KEEPS
            m += 1
            borne += take
            amount -= take
            kept += take * (step.flags & KEEPS)
        elif kind == MEMBER_CAP:
            excess = max(0, borne - max(0, value - total))
            kept -= give_back(moves, m0, m, excess)
            borne -= excess
            amount += excess
            move_key[m], move_value[m], move_kind[m] = key, borne, CAPPED
            m += 1
        else:
            amount = min(amount, max(0, value - total))
            move_key[m], move_value[m], move_kind[m] = key, 0, LIMITED
            if kind == COST_LIMIT:
                move_value[m], move_kind[m] = amount, COUNTED
            m += 1
        if amount < before and why < 0 and p.benefits[b].kind != IN_KIND:
            why = ROW_STEP << 24 | s
        n = note(trace, n, at[0], at[1], ROW_STEP << 24 | s, before, amount, total)
    return 0, why, amount, kept, borne, m, n


@jit
def admit(
    p: Any, b: int, line: Any, shift: int, evidence: Any, proposals: Any, usage: Any, moves: Any, m0: int, trace: Any, n: int, at: Any
) -> tuple[int, int, int, int, int, int]:
    """Exclusions, then requirements of a benefit that fits: (outcome if refused or open, else 0; row; share of the payment
    in parts per million; whether the provider is paid on the member's account; moves; trace length)."""
    benefit = p.benefits[b]
    move_key, move_value, move_kind = moves
    m = m0
    for x in range(benefit.exclusion, benefit.exclusion_end):
        exclusion = p.exclusions[p.index[x]]
        verdict, test = truth(p, exclusion.condition, line, shift, usage, moves)
        if verdict == UNKNOWN:
            n = note(trace, n, at[0], at[1], ROW_TEST << 24 | test, 0, 0, ROW_EXCLUSION << 24 | p.index[x])
            return p.tests[test].pend, ROW_TEST << 24 | test, 0, 0, m, n
        if verdict == TRUE:
            n = note(trace, n, at[0], at[1], ROW_EXCLUSION << 24 | p.index[x], 0, 0, 0)
            return exclusion.outcome, ROW_EXCLUSION << 24 | p.index[x], 0, 0, m, n
    reduced = PPM
    for x in range(benefit.requirement, benefit.requirement_end):
        r = p.index[x]
        verdict, test = applies(p, r, line, shift, usage, moves)
        if verdict == UNKNOWN:
            n = note(trace, n, at[0], at[1], ROW_TEST << 24 | test, 0, 0, ROW_REQUIREMENT << 24 | r)
            return p.tests[test].pend, ROW_TEST << 24 | test, 0, 0, m, n
        if verdict == FALSE:
            continue
        failure, e = match(p, r, line, shift, evidence, proposals, usage)
        n = note(trace, n, at[0], at[1], ROW_REQUIREMENT << 24 | r, failure, e, 0)
        req = p.requirements[r]
        if failure == MET:
            rests = req.flags & USES_LEFT and evidence[e].uses >= 0
            for j in range(m0, m):
                rests = rests and move_key[j] != evidence[e].key  # a document that meets two requirements is used once
            if rests:
                move_key[m], move_value[m], move_kind[m] = evidence[e].key, line[QUANTITY], COUNTED
                m += 1
            continue
        outcome = p.index[req.outcomes + failure]
        if outcome == COVERED:
            reduced = reduced * req.reduced // PPM
            continue
        advance = 0
        if outcome == NOT_COVERED and req.advance >= 0:
            verdict, test = truth(p, req.advance, line, shift, usage, moves)
            advance = 1 if verdict == TRUE else 0
        return outcome, ROW_REQUIREMENT << 24 | r, 0, advance, m, n
    return 0, -1, reduced, 0, m, n


@jit
def finish(moves: Any, m0: int, m1: int, paid: int) -> None:
    """Charge limits with what is finally paid, each account once, and ceilings with what the steps before finally let the
    member bear."""
    move_key, move_value, move_kind = moves
    for j in range(m0, m1):
        if move_kind[j] < LIMITED:
            continue
        limited = move_kind[j] == LIMITED
        move_value[j] = paid if limited else 0
        for earlier in range(m0, j):
            if limited and move_kind[earlier] == LIMITED and move_key[earlier] == move_key[j]:
                move_value[j] = 0
            if not limited and move_kind[earlier] & CAPPED == BORNE:
                move_value[j] += move_value[earlier]


@jit
def weigh(
    p: Any, b: int, line: Any, shift: int, left: int, evidence: Any, proposals: Any, usage: Any, moves: Any, m0: int, trace: Any, n: int, at: Any
) -> tuple[int, int, int, int, int, int, int]:
    """What a benefit that fits gives, without moving an account: (outcome, row, paid, kept, advanced, moves, trace length)."""
    move_key, move_value, move_kind = moves
    n = note(trace, n, at[0], at[1], ROW_BENEFIT << 24 | b, left, left, 0)
    outcome, row, reduced, advance, m, n = admit(p, b, line, shift, evidence, proposals, usage, moves, m0, trace, n, at)
    if outcome != 0:
        return outcome, row, 0, 0, left * advance, m0, n
    kind = p.benefits[b].kind
    outcome, row, paid, kept, borne, m, n = settle(p, b, line, shift, left, usage, moves, m, trace, n, at)
    if outcome != 0:
        n = note(trace, n, at[0], at[1], row, 0, 0, 0)
        return outcome, row, 0, 0, 0, m0, n
    if reduced < PPM:
        before = paid
        paid = (paid * reduced + PPM // 2) // PPM
        n = note(trace, n, at[0], at[1], ROW_REDUCED << 24, before, paid, 0)
    if kind == EXPENSE and paid > left:
        n = note(trace, n, at[0], at[1], ROW_LEFT << 24, paid, left, 0)
        paid = left
    paid = 0 if kind == IN_KIND else paid
    finish(moves, m0, m, paid)
    if kind == IN_KIND:
        return (COVERED if row < 0 else NOT_COVERED), row, 0, 0, 0, m, n
    if paid == 0 and borne == 0 and left > 0:
        return NOT_COVERED, row, 0, 0, 0, m, n
    if kind == INDEMNITY:
        return (COVERED if paid > 0 else NOT_COVERED), row, paid, 0, 0, m, n
    return (COVERED if paid == left else PARTLY), row, paid, min(kept, left - paid), 0, m, n


@jit
def carry_out(moves: Any, m0: int, m1: int, usage: Any) -> None:
    """Move the accounts of the benefit that was chosen; a new account starts at zero."""
    keys, values, size = usage
    move_key, move_value, _ = moves
    for m in range(m0, m1):
        if move_key[m] >= 0 and move_value[m] != 0:
            slot = -1
            for j in range(size[0]):
                if keys[j] == move_key[m]:
                    slot = j
                    break
            if slot < 0:
                slot = size[0]
                keys[slot] = move_key[m]
                values[slot] = 0
                size[0] = slot + 1
            values[slot] += move_value[m]


@jit
def better(
    p: Any, b: int, line: Any, shift: int, left: int, evidence: Any, proposals: Any, usage: Any, moves: Any, trace: Any, n: int, at: Any
) -> tuple[int, int, int, int, int, int, int, int, int]:
    """The benefit of a group that gives the member most (the first declared on a tie): (benefit, outcome, row, paid, kept,
    advanced, first move, last move, trace length); benefit is -1 when none of them fits."""
    group = p.benefits[b]
    chosen, outcome, row, paid, kept, advanced, first, last = -1, 0, -1, 0, 0, 0, 0, 0
    m = 0
    for x in range(group.step, group.step_end):
        candidate = p.index[x]
        verdict, test = truth(p, p.benefits[candidate].condition, line, shift, usage, moves)
        if verdict == UNKNOWN:
            n = note(trace, n, at[0], at[1], ROW_TEST << 24 | test, 0, 0, ROW_BENEFIT << 24 | candidate)
            return candidate, p.tests[test].pend, ROW_TEST << 24 | test, 0, 0, 0, 0, 0, n
        if verdict == FALSE:
            continue
        result = weigh(p, candidate, line, shift, left, evidence, proposals, usage, moves, m, trace, n, at)
        n = result[6]
        refused = result[0] >= NOT_COVERED
        nearer = (outcome >= NOT_COVERED and not refused) or outcome == NOT_COVERED < result[0]
        if chosen < 0 or nearer or (not refused and result[2] > paid):
            chosen, outcome, row, paid, kept, advanced = candidate, result[0], result[1], result[2], result[3], result[4]
            first, last = m, result[5]
        m = max(m, result[5])
    return chosen, outcome, row, paid, kept, advanced, first, last, n


@jit
def decide(
    p: Any, cover: int, line: Any, shift: int, left: int, evidence: Any, proposals: Any, usage: Any, moves: Any, trace: Any, n: int, at: Any
) -> tuple[int, int, int, int, int, int, int]:
    """What one cover gives on a line: (benefit or -1, outcome, row, paid, kept, advanced, trace length)."""
    slot = p.candidates + cover * p.services + line[SERVICE]
    row = -1
    for c in range(p.index[slot], p.index[slot + 1]):
        b = p.index[c]
        verdict, test = truth(p, p.benefits[b].condition, line, shift, usage, moves)
        if verdict == TRUE and p.benefits[b].kind == BETTER_OF:
            b, outcome, why, paid, kept, advanced, m0, m1, n = better(
                p, b, line, shift, left, evidence, proposals, usage, moves, trace, n, at
            )
            if b >= 0:
                carry_out(moves, m0, m1, usage)
                return b, outcome, why, paid, kept, advanced, n
        elif verdict == TRUE:
            outcome, why, paid, kept, advanced, m1, n = weigh(
                p, b, line, shift, left, evidence, proposals, usage, moves, 0, trace, n, at
            )
            carry_out(moves, 0, m1, usage)
            return b, outcome, why, paid, kept, advanced, n
        else:
            n = note(trace, n, at[0], at[1], ROW_TEST << 24 | test, left, left, ROW_BENEFIT << 24 | b)
            if verdict == UNKNOWN:
                return b, p.tests[test].pend, ROW_TEST << 24 | test, 0, 0, 0, n
            row = ROW_TEST << 24 | test if row < 0 else row
    for x in range(p.index[p.covers + cover], p.index[p.covers + cover + 1]):
        exclusion = p.exclusions[p.index[x]]
        verdict, test = truth(p, exclusion.condition, line, shift, usage, moves)
        if verdict == TRUE:
            n = note(trace, n, at[0], at[1], ROW_EXCLUSION << 24 | p.index[x], left, left, 0)
            return -1, NOT_COVERED, ROW_EXCLUSION << 24 | p.index[x], 0, 0, 0, n
    n = note(trace, n, at[0], at[1], ROW_NOTHING << 24 | cover, left, left, 0)
    return -1, NOT_COVERED, (row if row >= 0 else ROW_NOTHING << 24 | cover), 0, 0, 0, n


@jit
def adjudicate(
    p: Any, lines: Any, first: int, last: int, evidence: Any, proposals: Any, usage: Any, moves: Any, out: Any, trace: Any
) -> int:
    """Decide the lines of one household in order, moving its accounts; returns the trace's length.

    `out` holds, per line and cover slot: benefit, outcome, row, paid, kept, advanced; and per line what is left. A cover
    whose answer is open stops the line: later covers wait, because what they owe depends on it.
    """
    benefits, outcomes, rows, paids, kepts, advances, lefts = out
    n = 0
    for i in range(first, last):
        line = lines[i]
        left = line[CHARGED] - line[OTHERS]
        line[SPENT] = 0
        kept_before = 0
        for k in range(p.depth):
            shift = k * p.width
            cover = line[p.columns + shift]
            if cover < 0:
                continue
            benefit, outcome, row, paid, kept, advanced, n = decide(
                p, cover, line, shift, left, evidence, proposals, usage, moves, trace, n, (i, k)
            )
            o = i * p.depth + k
            benefits[o], outcomes[o], rows[o], paids[o], kepts[o], advances[o] = benefit, outcome, row, paid, kept, advanced
            if benefit < 0 or p.benefits[benefit].kind != INDEMNITY:
                left -= paid + kept
                kept_before += kept
                line[SPENT] += paid
            if outcome >= NEEDS_DOCUMENT:
                break
        lefts[i] = left + kept_before
        rest = lefts[i]
        for o in range(i * p.depth, (i + 1) * p.depth):  # what is advanced is a part of what the member bears
            advances[o] = min(advances[o], rest)
            rest -= advances[o]
    return n
