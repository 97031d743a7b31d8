# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole lists: the series that an archive of mails holds, and many of them verified at once.

archive.py ──▶ mail.py ──▶ index.py ──▶ series.py ──▶ work.py
(where the mails lie, what one says, all of them, which are a series, the verdict on one)
"""
