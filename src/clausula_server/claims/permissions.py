"""Who may do what with claims."""

from __future__ import annotations

from clausula_server.lib.access import Permit

TABLE: dict[str, Permit] = {}
