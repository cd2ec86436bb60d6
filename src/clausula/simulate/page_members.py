"""The cards about members: who bears more and less, and in which groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from clausula.batch.markup import Child, Html, tag, together
from clausula.batch.page import card, table
from clausula.simulate.effects import PAID_BASE, PAID_CHANGE
from clausula.simulate.figures import per_cent
from clausula.simulate.gains import Gains
from clausula.simulate.members import Grouping
from clausula.simulate.part import Group, Part
from clausula.simulate.pieces import figure, interval, signed
from clausula.simulate.sampling import FEWEST

if TYPE_CHECKING:
    from clausula.simulate.plots import Plot
    from clausula.simulate.replay import Simulation


def gains(result: Simulation, part: Part, plots: Mapping[str, Plot], name: str) -> Html:
    """Winners and losers, and the tenth most touched."""
    found = part.gains
    told = [tag("p", _most(part, found), cls="explain")] if found.most.members else []
    if found.quantiles:
        spread = ", ".join(f"{_point(each)} {part.money.signed(amount)}" for each, amount in found.quantiles)
        told.append(tag("p", f"Differences of those touched: {spread}.", cls="explain"))
    if part.owed is not None:
        mine = part.owed.gains
        with_them = (
            f"With contributions counted in, {mine.lose:,} members are worse off by {part.money.show(mine.lost)} and "
            f"{mine.gain:,} better off by {part.money.show(mine.gained)}; {mine.same:,} are as before."
        )
        told.append(tag("p", with_them, cls="explain"))
    beside = tag("div", _sides(part, found), told, _top(result, part))
    body = tag("div", figure(plots, "members", half=True), beside, cls="two" if plots else None)
    note = "over the period; what bills leave to a member, less cash beside them"
    return card(f"Who bears more, who bears less{name}", body, note=note, flush=True)


def _sides(part: Part, found: Gains) -> Html:
    count = len(part.members)
    rows: list[list[Child]] = [
        [
            "Bear less",
            f"{found.gain:,}",
            per_cent(found.gain, count),
            signed(part, -found.gained),
            _mean(part, -found.gained, found.gain),
        ],
        [
            "Bear more",
            f"{found.lose:,}",
            per_cent(found.lose, count),
            signed(part, found.lost),
            _mean(part, found.lost, found.lose),
        ],
        ["The same", f"{found.same:,}", per_cent(found.same, count), "0", ""],
    ]
    columns = [("Members", ""), ("", "n"), ("", "n"), (part.currency, "n"), ("Each", "n")]
    foot = ("All", f"{count:,}", "100 %", signed(part, found.lost - found.gained), "")
    return table(columns, rows, caption="Members who bear less, more and the same", foot=foot)


def _mean(part: Part, amount: int, count: int) -> Child:
    return signed(part, round(amount / count)) if count else ""


def _point(each: int) -> str:
    return {0: "lowest", 50: "median", 100: "highest"}.get(each, f"{each} %")


def _most(part: Part, found: Gains) -> str:
    most = found.most
    return (
        f"The tenth of all members whom the change touches most ({most.members:,}) carry "
        f"{per_cent(most.amount, most.of_all)} of all differences, each at least {part.money.show(most.least)}."
    )


def _top(result: Simulation, part: Part) -> Html | None:
    if not part.gains.top:
        return None
    ids = [person.id for home in result.question.roster.households.values() for person in home.people]
    rows = []
    for place in part.gains.top:
        at = int(part.members.at[place])
        groups = {grouping.key: grouping.names[int(grouping.places[place])] for grouping in part.members.groupings}
        sums = part.effects.members[at]
        rows.append((
            together(ids[at], tag("small", f"{groups['age']}, {groups['plans']}")), f"{int(sums[1])} of {int(sums[0])}",
            signed(part, int(part.gains.differences[place])),
        ))  # fmt: skip
    columns = [("Member", ""), ("Lines that differ", "n"), (f"Bears, {part.currency}", "n")]
    inside = table(columns, rows, caption="The members most touched")
    return tag("details", tag("summary", f"The {len(rows)} most touched, by name"), inside, cls="top")


def groups(part: Part, plots: Mapping[str, Plot], name: str) -> Html | None:
    """The bars by group, and one table with all groupings."""
    rows: list[list[Child]] = []
    few = False
    for grouping in part.members.groupings:
        found = part.groups(grouping)
        if len(found) < 2:
            continue
        few = few or (bool(part.estimates) and any(group.households < FEWEST for group in found))
        rows.append([tag("b", grouping.heading), "", "", "", "", "", *([""] if part.estimates else [])])
        rows += [_group(part, grouping, group) for group in found]
    if not rows:
        return None
    told: list[Child] = [
        (
            "Age: completed years on the first day of the period. Lines in the period stand for how much care "
            "somebody needs: two a month and more is where chronic illness is usually found; no diagnosis is "
            "looked at."
        )
    ]
    if few:
        told += [" ", tag("b", f"Groups of fewer than {FEWEST} households are marked *: their intervals say little.")]
    columns = [("Group", ""), ("Members", "n"), ("Bear more", "n"), ("Bear less", "n"), ("A member bears", "n")]
    columns.append((f"Paid, {part.currency}", "n"))
    if part.estimates:
        columns.append((f"Paid, all {part.population:,}", "n"))
    body = (
        figure(plots, "groups"),
        tag("p", told, cls="explain"),
        table(columns, rows, caption="Differences by group"),
    )
    return card(f"Group by group{name}", *body, flush=True)


def _group(part: Part, grouping: Grouping, group: Group) -> list[Child]:
    mark = " *" if part.estimates and group.households < FEWEST else ""
    moved = int(group.sums[PAID_CHANGE] - group.sums[PAID_BASE])
    row: list[Child] = [
        group.name + mark, f"{group.members:,}", per_cent(group.lose, group.members, 0),
        per_cent(group.gain, group.members, 0), signed(part, round(-moved / group.members)), signed(part, moved),
    ]  # fmt: skip
    return [*row, interval(part, ("group", grouping.key, group.name))] if part.estimates else row
