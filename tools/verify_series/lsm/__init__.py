# SPDX-License-Identifier: GPL-2.0-or-later
"""The hooks of Linux Security Modules: who lists, registers, calls and declares them.

``hooks`` finds them in a file, ``files`` reads the files of one tree; ``modules`` judges those
who register a hook, ``framework`` those who call it, ``kernel_doc`` what is written about it.
"""
