# SPDX-License-Identifier: GPL-2.0-or-later
"""Start of the process that reads documents: ``python -m verify_series.docs``, see worker.py.

Sphinx makes hundreds of thousands of objects that live as long as the process, and Python's
collector goes through them again and again: a fifth of the time, for nothing.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

gc.set_threshold(500_000)

if __name__ == "__main__":
    from .worker import main  # not before the line above

    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
