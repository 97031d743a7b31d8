# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration of the miniature documentation."""

project = "Miniature kernel"
author = "The verify-series authors"
root_doc = "index"
exclude_patterns = ["output"]
