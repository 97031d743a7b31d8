# SPDX-License-Identifier: GPL-2.0-or-later
"""A small scenario for the tests of booting: an imagined module called gate."""

from __future__ import annotations

import tomllib
from typing import Any

SCENARIO = """
name = "gates are closed"
config = '''
CONFIG_GATE=y
CONFIG_GATE_RULES="@rules@"
'''
lsm = "gate"
feature = { file = "security/gate/hooks.c", word = "gate_check" }
record-types = ["1499"]
show = ["hook"]

[build-files]
rules = "deny all\\n"

[[file]]
path = "/tmp/script"
content = "#!/init\\n"
executable = true

[[file]]
path = "/program"
program = true

[[file]]
path = "/dev/mem"
device = "1 1"

[[step]]
do = "read /sys/kernel/security/gate/rules"
precondition = true
both = { result = "0", same-as = "rules" }

[[step]]
do = "check /tmp/script"
before = { result = "0", records = [] }
after = { result = "EACCES", records = [{ hook = "CHECK", path = "/tmp/script" }] }

[[step]]
do = "write /sys/kernel/security/gate/rules 'allow all'"
both = { result = "EPERM", log = ["gate: rules are closed"] }
"""

#: What init reports of a kernel that has the feature; setup is 4 mounts, 1 copy and a look at the
#: modules.
SETUP = "".join(f"begin {number}\nend {number} 0\n" for number in range(1, 6))
SETUP += "begin 6\ndata capability,gate\nend 6 0\n"
READ = "begin 7\ndata deny all\\x0a\nend 7 0\n"
CHECKED = (
    "begin 8\n"
    'record 1499 audit(17.040:5): hook=CHECK pid=1 comm="init" path="/tmp/script" rule="deny all"\n'
    "end 8 13\n"
)
NOT_CHECKED = "begin 8\nend 8 0\n"
WRITTEN = "begin 9\nlog gate: rules are closed to init\nend 9 1\n"
END = "lost 0\ndone 4d2\n"
WITH = SETUP + READ + CHECKED + WRITTEN + END
WITHOUT = SETUP + READ + NOT_CHECKED + WRITTEN + END


def table() -> dict[str, Any]:
    """The scenario as a profile holds it."""
    return tomllib.loads(SCENARIO)
