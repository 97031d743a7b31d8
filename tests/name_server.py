# SPDX-License-Identifier: GPL-2.0-or-later
"""A DNS server on 127.0.0.1 that knows some TXT records, or swallows every question."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """``address`` is host:port, ``asked`` the names that were asked for, without the last dot."""

    records: Mapping[str, str] = field(default_factory=dict)
    rcode: dns.rcode.Rcode = dns.rcode.NXDOMAIN
    silent: bool = False
    address: str = ""
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def name_server(server: NameServer) -> Iterator[NameServer]:
    """Answer until the block ends; what ``records`` lacks is answered with ``rcode``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        server.address = f"127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=_serve, args=(listener, server), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closer:
                closer.sendto(b"", listener.getsockname())
            thread.join()


def _serve(listener: socket.socket, server: NameServer) -> None:
    while True:
        packet, client = listener.recvfrom(4096)
        if not packet:
            return
        query = dns.message.from_wire(packet)
        name = query.question[0].name.to_text(omit_final_dot=True)
        server.asked.append(name)
        if server.silent:
            continue
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in server.records:
            text = f'"{server.records[name]}"'
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", text))
        else:
            answer.set_rcode(server.rcode)
        listener.sendto(answer.to_wire(), client)
