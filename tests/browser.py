# SPDX-License-Identifier: GPL-2.0-or-later
"""A real headless browser: Debian's chromium, driven by its chromedriver."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = "" if BROWSER and DRIVER else "no browser (install chromium and chromium-driver)"

PHONE, LAPTOP, WIDE = 390, 1280, 1920


class Browser:
    """One window, whose width and colours are set before a page is opened."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, page: Path, width: int = LAPTOP, scheme: str = "light", part: str = "") -> None:
        """Show a file, scrolled to ``part``."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        colours = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": colours})
        self.driver.get("about:blank")
        self.driver.get(page.as_uri() + (f"#{part}" if part else ""))

    def ask(self, script: str) -> Any:
        """What a script, which stands outside of the page's policy, gives."""
        return self.driver.execute_script(f"return {script}")

    def complaints(self) -> list[str]:
        """What the console says since the last call: breaches of the policy, files not found."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self, path: Path, height: int | None = None) -> None:
        """Write what is shown to a PNG file, to the whole length of the page or a part of it."""
        width, whole = self.ask(
            "[document.documentElement.clientWidth, document.documentElement.scrollHeight]"
        )
        clip = {"x": 0, "y": 0, "width": width, "height": min(height or whole, whole), "scale": 1}
        asked = {"captureBeyondViewport": True, "clip": clip}
        made = self.driver.execute_cdp_cmd("Page.captureScreenshot", asked)
        path.write_bytes(base64.b64decode(made["data"]))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Start it with a profile of its own, and without a network."""
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("headless=new", "no-sandbox", "disable-gpu", f"user-data-dir={profile}"):
        options.add_argument(f"--{argument}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield Browser(driver)
    finally:
        driver.quit()
