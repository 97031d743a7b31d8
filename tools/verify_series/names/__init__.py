# SPDX-License-Identifier: GPL-2.0-or-later
"""Enums and the tables of their names that nobody declared: found, linked, and compared.

``sites`` finds what turns enumerators into strings in a file, ``reach`` says which file an
identifier comes from, ``links`` brings an enum and a table together, ``reading`` works out which
enumerator has which name in one tree, ``rule`` compares that before and after, and ``series``
does all of it for a series of patches. ``audit`` does it for a whole tree: ``skim`` leaves of a
file what is to be read, and ``drift`` and ``lookups`` say what of the gaps is a fault.
"""
