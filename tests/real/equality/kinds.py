# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of warnings that break documentation builds, numbered by how often they do.

Where the wording changed with kernel-doc or docutils, both are given.
"""

from __future__ import annotations

import re

_WORDS = {
    1: r"(?:parameter|member) '.*' not described in",
    2: r"Unexpected indentation",
    3: r"Excess function parameter '.*' description",
    4: r"isn't included in any toctree",
    5: r"Title underline too short",
    6: r"Block quote ends without a blank line",
    7: r"Malformed table",
    8: r"expecting prototype for",
    9: r"undefined label",
    10: r"toctree contains reference to non-?existing document",
    11: r"Inline emphasis start-string",
    12: r"no structured comments found|No kernel-doc for file",
    13: r"Definition list ends without",
    14: r"Excess struct member '.*' description",
    15: r"Enum value '.*' not described",
    16: r"cannot understand function prototype",
    17: r"'.*' not found\Z",
    18: r"Unknown target name",
    19: r"Literal block expected",
    20: r"Error in \".*\" directive",
    21: r"Explicit markup ends without",
    22: r"Literal block ends without",
    23: r"Inline substitution_reference start-string",
    24: r"Blank line required after table",
    25: r"Duplicate C declaration",
    26: r"isn't a kernel-doc comment",
    27: r"Title overline too short",
    28: r"Bullet list ends without",
    29: r"Footnote \[.*\] is not referenced",
    30: r"Line block ends without",
    31: r"Cannot parse struct or union",
    32: r"Inline interpreted text or phrase reference start-string",
    33: r"Incorrect use of kernel-doc format",
    34: r"Excess enum value",
    35: r"bad line:",
    36: r"Cannot understand|Cannot find identifier",
    37: r"duplicate label",
    38: r"Unparseable C cross-reference",
    39: r"duplicated entry found in toctree",
    40: r"duplicate term description",
    41: r"Lexing literal_block",
    42: r"document .*that doesn't have a title",
    43: r"Field list ends without",
    44: r"unknown document",
    45: r"citation not found|No target|Too many autonumbered footnote|image file not readable"
    r"|[Ii]nclude file|a full build stops here",
}

KINDS = {number: re.compile(words) for number, words in _WORDS.items()}
