# SPDX-License-Identifier: GPL-2.0-or-later
"""A list followed: each new series of an archive verified once, when it is complete.

follow.py ──▶ news.py ──▶ state.py ◀── daemon.py ──▶ deliver.py
(the source)  (what came) (on disk)    (the loop)    (the user's command)
"""
