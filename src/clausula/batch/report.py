"""The report of a run: an overview and one statement per member, as pages that need nothing but themselves."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from clausula.batch.markup import Html, tag, together
from clausula.batch.page import badge, card, page, percent, table
from clausula.batch.settle import Settled
from clausula.batch.statement import Matter, own_language, statement
from clausula.batch.tally import Sums, Tally
from clausula.batch.ways import Ways
from clausula.batch.why import Narrator, in_language
from clausula.batch.words import Words
from clausula.book import Book
from clausula.decision import Decision
from clausula.household import Provider
from clausula.intake import Listed
from clausula.plan import LANGUAGES
from clausula.values import OUTCOMES

SHOWN = 500
"""Entries of the list, and statements, that the overview names; the whole list is listed.csv."""


class Report:
    """Writes statements as households are decided, and the overview at the end.

    languages: of statements; none: each member's own. language: of the overview.
    """

    def __init__(
        self,
        folder: Path,
        book: Book,
        providers: Mapping[str, Provider],
        languages: tuple[str, ...] = (),
        language: str = "en",
    ) -> None:
        folder.mkdir()
        self.folder, self.book, self.providers = folder, book, providers
        self.languages, self.words = languages, Words(language)
        self._narrators = {each: Narrator(book.catalogue, each) for each in LANGUAGES}
        self._names: Counter[str] = Counter(["index"])
        self._members: list[tuple[str, str, Decimal, Decimal, Decimal, str, int, int]] = []
        self._count = 0
        self._listed: list[tuple[str, Listed]] = []
        self._of_person: dict[str, list[Listed]] = defaultdict(list)

    def listed(self, source: str, each: Listed) -> None:
        """Keep something listed for the overview and for its member's statement."""
        if len(self._listed) < SHOWN:
            self._listed.append((source, each))
        if each.person:
            self._of_person[each.person].append(each)

    def household(self, settled: Settled) -> None:
        """Write the statements of a household: of everybody something was decided or listed for."""
        by_person: dict[str, list[Decision]] = defaultdict(list)
        for decision in settled.decisions:
            by_person[decision.line.person].append(decision)
        ways = Ways(settled.household, settled.decisions, settled.opening, self.providers, self.book.catalogue)
        for person in settled.household.people:
            decisions, listed = by_person.get(person.id, []), self._of_person.pop(person.id, [])
            if not decisions and not listed:
                continue
            matter = Matter(
                self.book,
                settled.household,
                person,
                decisions,
                settled.usage,
                listed,
                self.providers,
                self._narrators,
                ways,
            )
            own = own_language(self.book, settled.household, person)
            languages = self.languages or (own,)
            stem = self._stem(person.id)
            files = {each: f"{stem}.html" if len(languages) == 1 else f"{stem}.{each}.html" for each in languages}
            for language, file in files.items():
                (self.folder / file).write_text(statement(matter, language, files), encoding="utf-8")
            self._note(matter, files[own if own in files else languages[0]])

    def _stem(self, person: str) -> str:
        """A file name for a person, different from all others."""
        stem = re.sub(r"[^a-z0-9-]+", "-", person.casefold()).strip("-")[:60] or "member"
        self._names[stem] += 1
        return stem if self._names[stem] == 1 else self._stem(f"{stem}-{self._names[stem]}")

    def _note(self, matter: Matter, file: str) -> None:
        self._count += 1
        if len(self._members) >= SHOWN:
            return
        zero = Decimal(0)
        charged = sum((each.charged for each in matter.decisions), zero)
        paid = sum((each.paid for each in matter.decisions), zero)
        borne = sum((each.borne for each in matter.decisions), zero)
        currency = matter.decisions[0].program.currency if matter.decisions else ""
        name = matter.person.name or matter.person.id
        counts = len(matter.decisions), len(matter.listed)
        self._members.append((name, file, charged, paid, borne, currency, *counts))

    def finish(self, tally: Tally) -> None:
        """Write the overview."""
        words = self.words
        lead = words.say(
            "run_lead",
            lines=words.count("run_lines", tally.all.lines),
            decided=tally.all.decided,
            listed=tally.all.listed,
        )
        cards = (
            self._totals(tally), self._outcomes(tally), self._plans(tally),
            self._statements(), self._inputs(tally), self._list(tally),
        )  # fmt: skip
        content = together(tag("h1", words["run_title"]), tag("p", lead, cls="lead"), tag("div", cards, cls="cards"))
        whole = page(words, words["run_title"], "Clausula", content, footer=tag("p", words["run_footer"]))
        (self.folder / "index.html").write_text(whole, encoding="utf-8")

    def _totals(self, tally: Tally) -> Html:
        words, all_of = self.words, tally.all
        columns = ("currency", "in_", "decided", "listed_short", "paid_short", "members_bear", "by_others")
        rows = []
        for currency in sorted(all_of.amount_in):
            sums = (
                all_of.amount_in,
                all_of.amount_decided,
                all_of.amount_listed,
                tally.paid,
                tally.borne,
                tally.by_others,
            )
            rows.append((currency or "—", *(_amount(each, currency, words) for each in sums)))
        note = tag("span", "✓ ", words["totals_agree"], cls="sum-ok")
        body = table(
            [(words[name], "n" if number else "") for number, name in enumerate(columns)], rows, caption=words["totals"]
        )
        return card(words["totals"], body, note=note, flush=True)

    def _outcomes(self, tally: Tally) -> Html:
        words, seen = self.words, tally.all.outcomes
        rows = [
            (badge(words, outcome), _bar(percent(seen[outcome], tally.all.lines)), str(seen[outcome]))
            for outcome in OUTCOMES
            if seen[outcome]
        ]
        if tally.all.listed:
            listed = tag("span", words["listed"], cls="badge warn")
            rows.append((listed, _bar(percent(tally.all.listed, tally.all.lines), "low"), str(tally.all.listed)))
        return card(
            words["by_outcome"],
            table([(words["status"], ""), ("", "wide-bar"), (words["lines_in"], "n")], rows),
            span="s6",
            flush=True,
        )

    def _plans(self, tally: Tally) -> Html:
        words, rows = self.words, []
        most: Sums = defaultdict(Decimal)
        for (_, currency), paid in tally.paid_by_plan.items():
            most[currency] = max(most[currency], paid)
        for (plan, currency), paid in sorted(tally.paid_by_plan.items()):
            name = in_language(self.book.slices(plan)[-1].plan.name, words.language, plan)
            rows.append(
                (together(name, tag("small", plan)), _bar(percent(paid, most[currency])), words.money(paid, currency))
            )
        return card(
            words["by_plan"],
            table([(words["plan"], ""), ("", "wide-bar"), (words["paid_short"], "n")], rows),
            span="s6",
            flush=True,
        )

    def _statements(self) -> Html | None:
        words, rows = self.words, []
        for name, file, charged, paid, borne, currency, lines, listed in self._members:
            sums = [words.money(each, currency) if currency else "—" for each in (charged, paid, borne)]
            rows.append((tag("a", name, href=file), str(lines), str(listed) if listed else "—", *sums))
        columns = [
            (words[name], "n" if number else "")
            for number, name in enumerate(
                ("member", "decided", "listed_short", "charged", "paid_short", "members_bear")
            )
        ]
        note = f"{len(self._members)} / {self._count}" if self._count > len(self._members) else None
        return (
            card(words["members"], table(columns, rows, caption=words["members"]), note=note, flush=True)
            if rows
            else None
        )

    def _inputs(self, tally: Tally) -> Html:
        words, rows = self.words, []
        for name, count in tally.inputs.items():
            amounts = [
                tag("span", f"{amount:f} {currency}".strip(), tag("br"))
                for currency, amount in sorted(count.amount_in.items())
            ]
            rows.append(
                (
                    name.rsplit("/", 1)[-1],
                    str(count.lines),
                    str(count.decided),
                    str(count.listed) if count.listed else "—",
                    amounts,
                )
            )
        columns = [
            (words[name], "n" if number else "")
            for number, name in enumerate(("file", "lines_in", "decided", "listed_short", "in_"))
        ]
        return card(words["by_input"], table(columns, rows, caption=words["by_input"]), flush=True)

    def _list(self, tally: Tally) -> Html | None:
        words, rows = self.words, []
        for _, each in self._listed:
            amount = f"{each.amount:f} {each.currency}".strip() if each.amount is not None else "—"
            reason = together(
                tag("b", each.code),
                tag("small", each.message, lang="en"),
                tag("small", each.mend, lang="en") if each.mend else None,
            )
            rows.append((each.origin.rsplit("/", 1)[-1], reason, amount))
        if not rows:
            return None
        columns = [(words["place"], ""), (words["reason"], ""), (words["amount"], "n")]
        shown = f"{len(rows)} / {tally.all.listed}, " if tally.all.listed > len(rows) else ""
        return card(
            words["listed_all"],
            table(columns, rows, caption=words["listed_all"]),
            note=shown + words["listed_all_note"],
            flush=True,
        )


def _bar(share: int, tone: str = "") -> Html:
    return tag("div", tag("i", cls=tone or None, style=f"width:{share}%"), cls="meter", aria_hidden="true")


def _amount(sums: Sums, currency: str, words: Words) -> str:
    amount = sums.get(currency, Decimal(0))
    return words.money(amount, currency) if currency else f"{amount:f}"
