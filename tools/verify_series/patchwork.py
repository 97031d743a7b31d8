# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of Patchwork's REST API, as far as checks go (Patchwork 2.2 and later, version 1.2).

A patch is looked for by message-id, ``GET /api/1.2/patches/?msgid=``, and a check is made with
``POST /api/1.2/patches/{id}/checks/`` and the token of a user who may.
"""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field
from typing import Any

import requests

from . import __version__
from .model import UserError

_SECONDS = 30.0
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Patchwork:
    """One instance: the URL of its front page, and the token, which goes nowhere else."""

    url: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        local = parts.hostname in _LOCAL
        if not parts.hostname or not (
            parts.scheme == "https" or (local and parts.scheme == "http")
        ):
            raise UserError(f"{self.url} is no https URL: give the front page of a Patchwork")

    def patch(self, message_id: str, project: str) -> int:
        """The number of the patch with this message-id; ``project`` may be empty.

        Raises UserError where there is none, or several projects have it.
        """
        asked = {"msgid": message_id} | ({"project": project} if project else {})
        found = self._ask("GET", "patches/", params=asked)
        names = [str(one["project"]["link_name"]) for one in found]
        if len(found) > 1:
            raise UserError(
                f"<{message_id}> is in several projects ({', '.join(names)}): choose with --project"
            )
        if not found:
            raise UserError(f"{self.url} has no patch <{message_id}>: check --url and --project")
        return int(found[0]["id"])

    def post(self, patch: int, check: dict[str, Any]) -> None:
        """Make one check. Raises UserError where Patchwork does not take it."""
        self._ask("POST", f"patches/{patch}/checks/", json=check)

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        headers = {
            "Authorization": f"Token {self.token}",
            "User-Agent": f"verify-series/{__version__}",
        }
        url = f"{self.url.rstrip('/')}/api/1.2/{path}"
        try:
            answer = requests.request(
                method, url, headers=headers, timeout=_SECONDS, allow_redirects=False, **content
            )
            if answer.status_code not in (200, 201):
                said = " ".join(answer.text.split())[:200]
                raise UserError(f"{url} answers {answer.status_code}, {said!r}: check the token")
            return answer.json()
        except requests.RequestException as error:
            raise UserError(f"{url} cannot be reached ({error}): check --url") from error
