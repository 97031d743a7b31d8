# SPDX-License-Identifier: GPL-2.0-or-later
"""Make what mails and sources say inert: a report never steers its reader's terminal or browser.

Subjects, names, paths and messages are written by whoever sends the series.
"""

from __future__ import annotations

import os
import unicodedata
import urllib.parse

#: Control, format (bidi), surrogate, private, unassigned; line and paragraph separators.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def printable(text: str) -> str:
    """One line in which every character that cannot be seen is ``\\u....``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"\\u{ord(c):04x}" if unicodedata.category(c) in _UNSEEN else c
        for c in text.replace("\t", " ").replace("\n", " ")
    )


def block(text: str) -> str:
    """The same of a text whose line ends and tabs count."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in lines)


def uri(path: str) -> str:
    """A path of the tree as a relative URI reference (RFC 3986)."""
    return urllib.parse.quote(os.fsencode(path), safe="/")
