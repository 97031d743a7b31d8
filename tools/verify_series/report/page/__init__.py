# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the HTML page: the template and its style, and what they are given."""
