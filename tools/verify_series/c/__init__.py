# SPDX-License-Identifier: GPL-2.0-or-later
"""A small reader of C that knows the preprocessor: enums, tables of names, functions.

Text to tokens (``lexer``), with the #if they stand under (``source``, ``conditions``), as one
configuration sees them (``view``), macros expanded (``macros``), to enumerators and names.

Why our own: a parser without a preprocessor (tree-sitter) reads a table with an #if inside as a
table with all its branches, and a compiler's (libclang) needs a configured build and sees one
configuration. A fault may hide in any of them, so all are read, as far as they are few.
"""


class Unreadable(Exception):
    """C that this reader cannot work out; the sentence names what and where."""
