# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel tree in miniature that builds as the real one does, as far as the build check can see.

It has a version, Kconfig options, ``make O=... allnoconfig syncconfig``, objects as targets, W=1,
CFLAGS_KERNEL, quiet commands on standard output, and scripts/Makefile.build that lists what a
folder's Makefile says.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pytest

needs_compiler = pytest.mark.skipif(
    not (shutil.which("gcc") and shutil.which("make")), reason="gcc or make is not installed"
)

_TOP = """\
VERSION = 1
PATCHLEVEL = 2

MAKEFLAGS += -rR
.NOTPARALLEL:
srctree := $(CURDIR)
Q := @
export srctree

allnoconfig:
	$(Q)sh scripts/configure $(O) "$(KCONFIG_ALLCONFIG)" $(srctree)/Kconfig

olddefconfig:
	$(Q)sh scripts/configure $(O) $(O)/.config $(srctree)/Kconfig

syncconfig:
	$(Q)mkdir -p $(O)/include/config
	$(Q)cp $(O)/.config $(O)/include/config/auto.conf

prepare: syncconfig

%.o: prepare
	$(Q)$(MAKE) -C $(O) -f $(srctree)/scripts/Makefile.build obj=$(patsubst %/,%,$(dir $@)) $@
"""

_CONFIGURE = """\
#!/bin/sh
# Options that Kconfig has, with what the fragment says of them; the others are not set.
out=$1; fragment=$2; kconfig=$3
line=$(grep -n '^syntax error' "$kconfig" | cut -d: -f1)
if [ -n "$line" ]; then
	echo "Kconfig:$line: syntax error" >&2
	exit 1
fi
{
	echo "#"
	echo "# Automatically generated file; DO NOT EDIT."
	echo "# Linux/mini 1.2.0 Kernel Configuration"
	echo "#"
	for name in $(sed -n 's/^config //p' "$kconfig"); do
		grep "^CONFIG_$name=" "$fragment" || echo "# CONFIG_$name is not set"
	done
} > "$out/.config.new"
mv "$out/.config.new" "$out/.config"
"""

_BUILD = """\
-include include/config/auto.conf
obj-y :=
include $(if $(filter .,$(obj)),$(srctree),$(srctree)/$(obj))/Makefile.list
real-obj-y := $(addprefix $(if $(filter .,$(obj)),,$(obj)/),$(filter %.o,$(obj-y)))
subdir-ym := $(addprefix $(if $(filter .,$(obj)),,$(obj)/),$(patsubst %/,%,$(filter %/,$(obj-y))))
flags = -I$(srctree)/include $(if $(W),-Wall -Wextra -Wno-unused-parameter)
flags += $(if $(CONFIG_WERROR),-Werror) $(CFLAGS_KERNEL) $(KCFLAGS)
CC ?= gcc

$(obj)/%.o: $(srctree)/$(obj)/%.c
	@mkdir -p $(dir $@)
	@echo "  CC      $@"
	@$(CC) $(flags) -c -o $@ $<
"""

#: The tree of most tests: one folder that is built, one that is not.
TREE: Mapping[str, str] = {
    "Makefile": _TOP,
    "Makefile.list": "obj-y += gate/\nobj-$(CONFIG_SHED) += shed/\n",
    "Kconfig": "config GATE\n\tbool\n\nconfig SHED\n\tbool\n\nconfig WERROR\n\tbool\n",
    "scripts/configure": _CONFIGURE,
    "scripts/Makefile.build": _BUILD,
    "include/linux/lock.h": "#define LOCKED 1\n",
    "gate/Makefile.list": "obj-$(CONFIG_GATE) += gate.o record.o\n",
    "gate/gate.h": (
        "enum gate_hook { GATE_OPEN, GATE_CLOSE, __GATE_MAX };\nint gate(enum gate_hook hook);\n"
    ),
    "gate/gate.c": '#include "gate.h"\n\nint gate(enum gate_hook hook)\n{\n\treturn hook;\n}\n',
    "gate/record.c": (
        '#include "gate.h"\n\n'
        "static const char *const gate_names[__GATE_MAX] = {\n"
        '\t"OPEN",\n'
        '\t"CLOSE",\n'
        "};\n\n"
        "const char *record(enum gate_hook hook);\n"
        "const char *record(enum gate_hook hook)\n{\n\treturn gate_names[hook];\n}\n"
    ),
    "shed/Makefile.list": "obj-y += shed.o\n",
    "shed/shed.c": "int shed;\n",
}

CONFIG = "CONFIG_GATE=y\n"

TABLE = {
    "enum": "gate_hook",
    "enum-file": "gate/gate.h",
    "table": "gate_names",
    "table-file": "gate/record.c",
    "sentinel": "__GATE_MAX",
}

PROFILE = {"paths": ["gate/"], "build": {"config": CONFIG}, "name-table": [TABLE]}
