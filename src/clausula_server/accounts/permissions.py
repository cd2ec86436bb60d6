"""Who may do what with sign-ins."""

from __future__ import annotations

from clausula_server.lib.access import Permit

TABLE: dict[str, Permit] = {}
