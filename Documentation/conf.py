# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration of the manual."""

project = "verify-series"
author = "The verify-series authors"
html_theme = "alabaster"
exclude_patterns = ["_build"]
