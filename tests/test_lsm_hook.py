# SPDX-License-Identifier: GPL-2.0-or-later
"""lsm-hook: every sample says what must be found."""

from __future__ import annotations

import pytest

from verify_series.checkers import lsm_hook
from verify_series.model import UserError


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"header": "security/gate/hooks.h"}, "folder is missing"),
        ({"folder": "security/gate", "enum": "x"}, "enum and enum-file belong together"),
        ({"folder": "security/gate", "heder": "x"}, "unknown key 'heder' (did you mean header?)"),
    ],
)
def test_parse(table: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        lsm_hook.parse(table)
    assert str(caught.value) == message
    spec = lsm_hook.parse({"folder": "security/gate/"})
    assert spec
    assert spec.name == "security/gate"
    assert lsm_hook.parse({}) is None
