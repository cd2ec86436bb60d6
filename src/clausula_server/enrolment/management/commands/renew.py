"""renew: one renewal run, dry unless it is said otherwise; prints the report."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clausula_server.enrolment.actions.renewal import continue_run, start_run
from clausula_server.enrolment.models import RenewalReport
from clausula_server.lib.acting import acting, system
from clausula_server.lib.money import show_amount
from clausula_server.lib.refusals import Refused


class Command(BaseCommand):
    """Renew what has its day between two days."""

    help = "renew from FIRST to LAST (2026-01-01 2026-01-31); only tells what would happen unless --really"

    def add_arguments(self, parser: CommandParser) -> None:
        """Days, plans, and whether it is meant."""
        parser.add_argument("first", type=date.fromisoformat)
        parser.add_argument("last", type=date.fromisoformat)
        parser.add_argument("--plan", action="append", default=[])
        parser.add_argument("--really", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, and tell line by line."""
        try:
            with acting(system("renew")):
                run = start_run(options["first"], options["last"], options["plan"], dry=not options["really"])
                continue_run(run)
                for report in RenewalReport.objects.filter(run=run).order_by("household"):
                    self._tell(report)
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def _tell(self, report: RenewalReport) -> None:
        if report.fault:
            self.stdout.write(f"{report.household_id}  not done: {report.fault}")
        for line in report.lines:
            more = line.get("why") or line.get("label") or ", ".join(each["reason"] for each in line.get("reasons", []))
            if line["what"] == "due":
                more = f"{show_amount(line['amount'], line['currency'])}{'' if line['new'] else ' (posted before)'}"
            name = line.get("name") or line["person"]
            self.stdout.write(f"{line['on']}  {line['what']:<9}  {line['plan']}  {name}  {more}".rstrip())
