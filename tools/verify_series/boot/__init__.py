# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario in a running kernel: what the profile declares, and what the machine reported."""
