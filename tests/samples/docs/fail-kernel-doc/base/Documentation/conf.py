# SPDX-License-Identifier: GPL-2.0-or-later
import sys

sys.path.insert(0, "Documentation/sphinx")
project = "Toys"
extensions = ["kerneldoc"]
nitpicky = True
