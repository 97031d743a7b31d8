# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m verify_series``."""

from .main import main

main()
