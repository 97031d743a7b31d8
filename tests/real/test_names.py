# SPDX-License-Identifier: GPL-2.0-or-later
"""Enums of a real tree and their names in other files: what is forgotten is found, and no more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import LORE, Result, verify, write_mbox
from .test_hooks import Edit, Trees

OOM, KILL = "include/linux/oom.h", "mm/oom_kill.c"
ZONE, STAT, PAGES = "include/linux/mmzone.h", "mm/vmstat.c", "mm/page_alloc.c"
DEVICE, DEV = "include/linux/netdevice.h", "net/core/dev.c"
AUDIT = "security/apparmor/audit.c"
RIGHTS, LANDLOCK = "include/uapi/linux/landlock.h", "security/landlock/audit.c"


def after(path: str, text: str, more: str) -> tuple[str, str, str]:
    return path, text, text + more


MEMCG = after(OOM, "\tCONSTRAINT_MEMCG,\n", "\tCONSTRAINT_NODE,\n")
MEMCG_NAME = after(
    KILL, '[CONSTRAINT_MEMCG] = "CONSTRAINT_MEMCG",\n', '\t[CONSTRAINT_NODE] = "CONSTRAINT_NODE",\n'
)
CMA = after(ZONE, "\tNR_FREE_CMA_PAGES,\n", "\tNR_FREE_DMA_PAGES,\n")
CMA_NAME = after(
    STAT,
    '\t[I(NR_FREE_CMA_PAGES)]\t\t\t= "nr_free_cma",\n',
    '\t[I(NR_FREE_DMA_PAGES)]\t\t\t= "nr_free_dma",\n',
)
PINNED = after(ZONE, "\tMIGRATE_MOVABLE,\n", "\tMIGRATE_PINNED,\n")
PINNED_NAME = after(PAGES, '\t"Movable",\n', '\t"Pinned",\n')
SHIFTED = after(PAGES, '\t"Reclaimable",\n', '\t"Pinned",\n')
PARK = after(DEVICE, "\tNETDEV_DOWN,\n", "\tNETDEV_PARK,\n")
PARK_NAME = (DEV, "N(DOWN) N(REBOOT)", "N(DOWN) N(PARK) N(REBOOT)")
SOCKET = after(RIGHTS, "#define LANDLOCK_ACCESS_FS_RESOLVE_UNIX\t\t\t(1ULL << 16)\n",
               "#define LANDLOCK_ACCESS_FS_LINK\t\t\t(1ULL << 17)\n")  # fmt: skip
SOCKET_NAME = after(
    LANDLOCK,
    '\t[BIT_INDEX(LANDLOCK_ACCESS_FS_RESOLVE_UNIX)] = "fs.resolve_unix",\n',
    '\t[BIT_INDEX(LANDLOCK_ACCESS_FS_LINK)] = "fs.link",\n',
)


def judge(tree: Path, edit: Edit, cache: Path, tmp_path: Path) -> Result:
    trees = Trees(tree)
    trees.patch(edit)
    mbox = write_mbox(tmp_path / "series.mbox", trees.mails)
    return verify(mbox, "--tree", tree, "--only", "name-table", cache=cache, cwd=tmp_path)


@pytest.mark.parametrize(
    ("edit", "rule", "path"),
    [
        ((MEMCG,), "noname", KILL),
        ((CMA,), "noname", STAT),
        ((PINNED,), "noname", PAGES),
        ((PINNED, SHIFTED), "moved", PAGES),
        ((PARK,), "noname", DEV),
        ((SOCKET,), "noname", LANDLOCK),
        (((AUDIT, '\t"ptrace",\n\t"signal",\n', '\t"signal",\n\t"ptrace",\n'),), "moved", AUDIT),
    ],
    ids=["designated", "several enums", "positional", "apart", "switch", "bits", "family"],
)
def test_a_fault(
    edit: Edit, rule: str, path: str, linux_7_2: Path, cache: Path, tmp_path: Path
) -> None:
    done = judge(linux_7_2, edit, cache, tmp_path)
    assert done.code == 1
    assert {(found[1], found[2]) for found in done.findings} == {(rule, path)}


@pytest.mark.parametrize(
    "edit",
    [(MEMCG, MEMCG_NAME), (CMA, CMA_NAME), (PINNED, PINNED_NAME), (PARK, PARK_NAME)],
    ids=["designated", "several enums", "positional", "switch"],
)
def test_what_is_right(edit: Edit, linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    done = judge(linux_7_2, edit, cache, tmp_path)
    assert (done.code, done.findings) == (0, [])


def test_bits_with_their_names(linux_7_2: Path, cache: Path, tmp_path: Path) -> None:
    assert judge(linux_7_2, (SOCKET, SOCKET_NAME), cache, tmp_path).findings == []


def test_an_omission_in_a_real_mail(linux_6_12: Path, cache: Path, tmp_path: Path) -> None:
    """The first patch of a series that forgot a name in four revisions."""
    mbox, only = LORE / "hornet-rfc.mbox", ("--only", "name-table", "-P", "1")
    done = verify(mbox, "--tree", linux_6_12, *only, cache=cache, cwd=tmp_path)
    assert done.code == 1
    found, other = [f for o in done.report["outcomes"] for f in o["findings"]]
    assert (found["rule"], found["severity"]) == ("noname", "error")
    assert found["path"] == "crypto/asymmetric_keys/asymmetric_type.c"
    assert "VERIFYING_EBPF_SIGNATURE (include/linux/verification.h:" in found["message"]
    assert "has no name in key_being_used_for" in found["message"]
    # It forgot the switch of a test as well, which has a fallback.
    assert (other["rule"], other["severity"]) == ("noname", "warning")
    assert other["path"] == "tools/testing/selftests/lsm/lsm_list_modules_test.c"
    assert "LSM_ID_HORNET (include/uapi/linux/lsm.h:68) has no name in TEST" in other["message"]


#: What 6.12 and 7.2 differ in: names that were forgotten, by file.
FORGOTTEN = {
    "drivers/edac/edac_mc.c": ["MEM_LPDDR5 (include/linux/edac.h:220) has no name"],
    "drivers/hid/hid-debug.c": [
        "SW_USB_INSERT (include/uapi/linux/input-event-codes.h:954) has no name",
        "FF_HAPTIC (include/uapi/linux/input.h:494) has no name",
    ],
    "tools/perf/util/mem-events.c": [
        "PERF_MEM_LVLNUM_L0 (tools/include/uapi/linux/perf_event.h:1399) has no name"
    ],
}
#: And what only looks so: another #if, an array without indexes now, one of structures, a macro
#: that counts from a base, a protocol that is gone, two cases with one string.
MEANT = (
    "lib/ubsan.c",
    "drivers/net/ethernet/freescale/dpaa2/dpaa2-mac.c",
    "drivers/mmc/host/sdhci_am654.c",
    "drivers/media/test-drivers/vim2m.c",
    "drivers/phy/cadence/phy-cadence-torrent.c",
    "mm/vmstat.c",
    "net/netfilter/nf_conntrack_standalone.c",
    "tools/perf/util/sort.c",
    "tools/power/x86/turbostat/turbostat.c",
)


def test_the_difference_of_two_releases(
    linux_6_12: Path, linux_7_2: Path, cache: Path, tmp_path: Path
) -> None:
    top = Path(__file__).parents[2]
    paths = [str(top / folder) for folder in ("tools", "tests", "tests/bench")]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": ":".join(paths)}
    argv = [sys.executable, top / "tests/bench/names.py", linux_7_2, "--since", linux_6_12]
    done = subprocess.run(
        [*argv, "--files", *FORGOTTEN, *MEANT],
        cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = [line.split(": ")[1:] for line in done.stdout.splitlines()]
    assert all(severity == "error" for _, severity, _ in found)
    told = sorted((place.split(":")[0], text.split(" in ")[0]) for place, _, text in found)
    assert told == sorted((path, text) for path, some in FORGOTTEN.items() for text in some)
