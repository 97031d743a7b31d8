# SPDX-License-Identifier: GPL-2.0-or-later
"""verify-series: is this patch series safe to merge?"""

__version__ = "0.1.0"
