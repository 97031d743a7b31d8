# SPDX-License-Identifier: GPL-2.0-or-later
"""Compile what a series makes of the kernel, in a sandbox and in folders that are kept.

``folder`` holds the worktree and kbuild's output folder in the cache, ``kbuild`` runs make there,
``messages`` reads what compilers say, ``packages`` knows what has to be installed.
"""
