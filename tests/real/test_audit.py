# SPDX-License-Identifier: GPL-2.0-or-later
"""The names that Linux 7.2 lacks, found by reading it: the audit lists all of them as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verify_series.cli import command
from verify_series.names.drift import FALLBACK, MISSING

#: File, group, and an enumerator without a name.
KNOWN = (
    ("arch/powerpc/kvm/timing.c", MISSING, "EMULATED_RFCI_EXITS"),
    ("arch/powerpc/kvm/timing.c", MISSING, "GDBELL_EXITS"),
    ("drivers/block/drbd/drbd_main.c", MISSING, "P_RETRY_WRITE"),
    ("drivers/edac/edac_mc.c", MISSING, "MEM_LPDDR5"),
    ("drivers/gpu/drm/i915/gvt/interrupt.c", MISSING, "VECS_MI_USER_INTERRUPT"),
    ("drivers/misc/genwqe/card_sysfs.c", MISSING, "GENWQE_CARD_RELOAD_BITSTREAM"),
    ("net/sctp/debug.c", MISSING, "SCTP_PRIMITIVE_RECONF"),
    ("drivers/infiniband/core/cma.c", FALLBACK, "RDMA_CM_EVENT_ADDRINFO_RESOLVED"),
    ("drivers/nvme/host/constants.c", FALLBACK, "nvme_cmd_io_mgmt_recv"),
    ("drivers/scsi/constants.c", FALLBACK, "DID_TRANSPORT_MARGINAL"),
    ("security/apparmor/audit.c", FALLBACK, "AA_CLASS_NETV9"),
    ("security/apparmor/audit.c", FALLBACK, '"io_uring" (line 58) at index 18'),
    ("tools/iio/iio_event_monitor.c", FALLBACK, "IIO_ELECTRICALCONDUCTIVITY"),
    ("tools/perf/util/evsel.c", FALLBACK, "PERF_COUNT_SW_CGROUP_SWITCHES"),
)


def test_what_reading_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linux_7_2: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    out = tmp_path / "gaps.json"
    files = dict.fromkeys(path for path, _, _ in KNOWN)
    assert command(["audit", "--tree", str(linux_7_2), "--json", str(out), *files]) == 0
    gaps = json.loads(out.read_text())["gaps"]
    for path, group, words in KNOWN:
        found = [gap["group"] for gap in gaps if gap["path"] == path and words in gap["message"]]
        assert found == [group], (path, words)
    assert len([gap for gap in gaps if gap["group"] == MISSING]) == 6
