# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration of the manual."""

project = "verify-series"
author = "The verify-series authors"
html_theme = "alabaster"
exclude_patterns = ["_build"]
man_pages = [
    ("usage", "verify-series", "is this patch series safe to merge?", author, 1),
    ("commands", "verify-series-commands", "commands of verify-series", author, 1),
    ("watch", "verify-series-watch", "verify each new series of a list", author, 1),
]
