# SPDX-License-Identifier: GPL-2.0-or-later
"""attest: real DKIM signatures, checked against a name server of our own."""

from __future__ import annotations

import base64
import hashlib
import time

import dkim
import dns.rcode
import nacl.signing
import pytest

from mails import BEN, mail, patch_body
from name_server import NameServer, name_server
from verify_series import attest as module
from verify_series.attest import Keys, attest
from verify_series.model import Attestation

SEED = bytes(range(32))
PUBLIC = base64.b64encode(bytes(nacl.signing.SigningKey(SEED).verify_key)).decode()
RECORD = f"v=DKIM1; k=ed25519; p={PUBLIC}"
NAME = "key1._domainkey.example.org"
SENDER = "ada@example.org"


def signed(domain: str = "example.org", extra: bytes = b"", sender: str = "") -> bytes:
    """A mail with a DKIM signature of ``domain``; ``extra`` are more tags, such as b"; x=1"."""
    plain = mail("[PATCH] toys: add part 1", patch_body(1), "one@example.org")
    if sender:
        plain = plain.replace(b"Ada Example <ada@example.org>", sender.encode(), 1)
    header: bytes = dkim.sign(
        plain, b"key1", domain.encode(), base64.b64encode(SEED),
        signature_algorithm=b"ed25519-sha256", linesep=b"\n", include_headers=[b"from", b"subject"],
    )  # fmt: skip
    return header + plain


def test_a_good_signature_of_the_senders_domain_is_verified() -> None:
    with name_server(NameServer({NAME: RECORD})) as server:
        told = attest(signed(), SENDER, Keys(server.address))
    assert told == (Attestation.VERIFIED, f"DKIM/example.org for {SENDER}")


def test_a_parent_domain_speaks_for_its_subdomains() -> None:
    with name_server(NameServer({NAME: RECORD})) as server:
        told = attest(
            signed(sender="Ada <ada@lab.example.org>"), "ada@lab.example.org", Keys(server.address)
        )
    assert told[0] is Attestation.VERIFIED


def test_a_changed_mail_has_failed() -> None:
    with name_server(NameServer({NAME: RECORD})) as server:
        keys = Keys(server.address)
        body = attest(signed().replace(b"line 2", b"line 9"), SENDER, keys)
        head = attest(signed().replace(b"toys: add", b"toys: del"), SENDER, keys)
    assert body == (Attestation.FAILED, "DKIM/example.org: body hash mismatch")
    assert head == (Attestation.FAILED, "DKIM/example.org: the signature does not fit")
    assert server.asked == [NAME]


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (NameServer(), f"{NAME} is not in the DNS"),
        (NameServer({NAME: "v=DKIM1; p="}), f"{NAME} holds no usable key (withdrawn or malformed)"),
        (NameServer({NAME: "hello"}), f"{NAME} holds no usable key (withdrawn or malformed)"),
        (NameServer(rcode=dns.rcode.SERVFAIL), "the name server failed (NoNameservers)"),
    ],
)
def test_a_key_that_cannot_be_had_is_no_failed_signature(server: NameServer, reason: str) -> None:
    with name_server(server):
        told = attest(signed(), SENDER, Keys(server.address))
    assert told == (Attestation.NO_KEY, f"DKIM/example.org not checked: {reason}")


def test_a_silent_name_server_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKUP_SECONDS", 0.3)
    with name_server(NameServer(silent=True)) as server:
        keys = Keys(server.address)
        reason = "the name server does not answer"
        assert attest(signed(), SENDER, keys)[1] == f"DKIM/example.org not checked: {reason}"
        other = signed("sample.net", sender=BEN)
        assert attest(other, "ben@sample.net", keys) == (
            Attestation.NO_KEY,
            f"DKIM/sample.net not checked: {reason}",
        )
    assert set(server.asked) == {NAME}


def test_offline_no_name_server_is_asked() -> None:
    told = attest(signed(), SENDER, Keys(offline="it is a file"))
    assert told == (Attestation.NO_KEY, "DKIM/example.org not checked: it is a file")


def test_an_unsigned_mail_says_none() -> None:
    plain = mail("[PATCH] toys", patch_body(1), "one@example.org")
    assert attest(plain, SENDER, Keys(offline="x")) == (Attestation.NONE, "not signed")


def test_a_signature_of_another_domain_attests_nothing() -> None:
    records = {"key1._domainkey.ample.org": RECORD}
    with name_server(NameServer(records)) as server:
        told = attest(signed("ample.org"), SENDER, Keys(server.address))
    detail = f"DKIM/ample.org does not speak for the sender {SENDER}"
    assert told == (Attestation.NONE, detail)


def test_an_old_signature_is_judged_as_when_it_was_sent() -> None:
    now = int(time.time())
    whole = _with_tags(b"t=%d; x=%d" % (now - 900000, now - 600000))
    with name_server(NameServer({NAME: RECORD})) as server:
        keys = Keys(server.address)
        assert attest(whole, SENDER, keys)[0] is Attestation.VERIFIED
        changed = whole.replace(b"line 2", b"line 9")
        assert attest(changed, SENDER, keys)[0] is Attestation.FAILED


def test_a_signature_of_a_part_attests_nothing() -> None:
    with name_server(NameServer({NAME: RECORD})) as server:
        told = attest(_with_tags(b"l=10"), SENDER, Keys(server.address))
    assert told == (Attestation.NONE, "DKIM/example.org covers only a part of the mail (l=)")


def test_a_second_from_header_fails() -> None:
    forged = b"From: Eve <eve@example.org>\n" + signed()
    with name_server(NameServer({NAME: RECORD})) as server:
        told = attest(forged, "eve@example.org", Keys(server.address))
    assert told[0] is Attestation.FAILED


def test_one_good_signature_is_enough_and_a_bad_one_weighs_more_than_a_missing_key() -> None:
    whole = signed()
    bad = whole[: whole.index(b"From:")].replace(b"bh=", b"bh=AAAA")
    no_key = whole[: whole.index(b"From:")].replace(b"s=key1", b"s=key2")
    with name_server(NameServer({NAME: RECORD})) as server:
        keys = Keys(server.address)
        assert attest(bad + whole, SENDER, keys)[0] is Attestation.VERIFIED
        assert attest(no_key + bad + whole[whole.index(b"From:") :], SENDER, keys)[0] is (
            Attestation.FAILED
        )


def test_a_patatt_signature_is_one_without_a_key() -> None:
    plain = mail("[PATCH] toys", patch_body(1), "one@x.org", headers=["X-Developer-Signature: v=1"])
    told = attest(plain, SENDER, Keys(offline="x"))
    assert told == (Attestation.NO_KEY, "patatt signature not checked: no keyring")


def test_garbage_in_the_header_attests_nothing() -> None:
    plain = mail("[PATCH] toys", patch_body(1), "one@example.org")
    keys = Keys(offline="x")
    odd = attest(b"DKIM-Signature: nonsense\n" + plain, SENDER, keys)
    assert odd == (Attestation.NONE, "a DKIM-Signature header that cannot be read")
    assert attest(b"no header\n" + plain, SENDER, keys)[0] is Attestation.NONE


def _with_tags(tags: bytes) -> bytes:
    """A mail that is signed as :func:`signed` does, with more tags in the signature.

    dkimpy writes neither x= nor, for ed25519, l=; so the header is hashed and signed here, in
    relaxed/simple form (RFC 6376, 3.7).
    """
    plain = mail("[PATCH] toys: add part 1", patch_body(1), "one@example.org")
    body = plain.partition(b"\n\n")[2].replace(b"\n", b"\r\n")
    if tags.startswith(b"l="):
        body = body[: int(tags[2:])]
    bh = base64.b64encode(hashlib.sha256(body).digest())
    value = b"v=1; a=ed25519-sha256; c=relaxed/simple; d=example.org; s=key1; h=from; %s; bh=%s; b="
    value %= (tags, bh)
    text = b"from:Ada Example <ada@example.org>\r\ndkim-signature:" + value
    digest = hashlib.sha256(text).digest()
    signature = base64.b64encode(nacl.signing.SigningKey(SEED).sign(digest).signature)
    return b"DKIM-Signature: " + value + signature + b"\n" + plain
