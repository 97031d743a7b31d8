# SPDX-License-Identifier: GPL-2.0-or-later
"""Tell the service manager how we are, as sd_notify(3) has it; without one, nothing is told."""

from __future__ import annotations

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Send ``READY=1``, ``WATCHDOG=1``, ``STOPPING=1`` or ``STATUS=...``."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    address = f"\0{place[1:]}" if place.startswith("@") else place
    # A manager that does not listen is no reason to stop the work.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one, contextlib.suppress(OSError):
        one.sendto(state.encode(), address)
