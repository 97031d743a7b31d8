# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the pictures of the manual: ``nox -s pictures``, with Debian's chromium.

They show the broken sample, at the sizes of a laptop and a phone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import LAPTOP, MISSING, PHONE, browser

TOP = Path(__file__).parent.parent
PICTURES = TOP / "Documentation" / "pictures"
_HEIGHT = 1000  # pixels


def main() -> None:
    """Write the pictures. Ends with a sentence where there is no browser."""
    if MISSING:
        sys.exit(MISSING)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "page.html"
        subprocess.run(
            [sys.executable, "-m", "verify_series", "sample-broken", "-q", "--html", str(page)],
            env={**os.environ, "PYTHONPATH": str(TOP / "tools")},
            stdout=subprocess.DEVNULL,
            check=False,  # it is broken
        )
        # Where it was made is nobody's business, and would make each picture another one.
        text = page.read_text("utf-8").replace(str(TOP), "~/verify-series")
        page.write_text(re.sub(r"\d+\.\d s", "2.0 s", text), "utf-8")
        with browser(folder / "chromium") as window:
            for stem, width, scheme in (
                ("page", LAPTOP, "light"),
                ("page-dark", LAPTOP, "dark"),
                ("page-phone", PHONE, "light"),
            ):
                window.open(page, width, scheme)
                window.picture(PICTURES / f"{stem}.png", _HEIGHT)


if __name__ == "__main__":
    main()
