# SPDX-License-Identifier: GPL-2.0-or-later
"""What the signatures of a mail are worth: DKIM (RFC 6376), checked with dkimpy.

b4's own answer knows one word, BADSIG, for a wrong signature, a missing key, an expired signature
and a name server that does not answer; only the first of them is a failed signature. This module
runs in the child process of b4_adapter.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import dkim
import dns.exception
import dns.resolver
from dkim.util import InvalidTagValueList, parse_tag_value

from .model import Attestation

#: Seconds for one question to the name server, and for all questions of a series together.
LOOKUP_SECONDS = 2.0
BUDGET_SECONDS = 4.0

_RANK = (Attestation.VERIFIED, Attestation.FAILED, Attestation.NO_KEY, Attestation.NONE)
_quiet = logging.getLogger("verify_series.dkim")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False

_validate_fields = dkim.validate_signature_fields


def _validate_without_expiry(sig: Mapping[bytes, bytes], *args: Any, **kwargs: Any) -> None:
    """dkimpy's check of a signature's fields, whatever the date in its x= field.

    x= tells the receiving server until when to take the mail in (Gmail: one week). We read mails
    from an archive that took them in long ago.
    """
    _validate_fields({k: v for k, v in sig.items() if k != b"x"}, *args, **kwargs)


dkim.validate_signature_fields = _validate_without_expiry


class Keys:
    """Public keys from DNS, each asked for once; ``trouble`` says why a key could not be had.

    ``resolver`` is ``host:port`` of a name server instead of the system's. ``offline`` gives the
    reason why no name server may be asked. After the first time-out no more questions are put:
    a name server that swallows them would cost as long again for every key.
    """

    def __init__(self, resolver: str | None = None, offline: str = "") -> None:
        self.trouble: dict[bytes, str] = {}
        self._known: dict[bytes, bytes | None] = {}
        self._silent = offline
        self._deadline = time.monotonic() + BUDGET_SECONDS
        self._resolver = None if offline else self._make_resolver(resolver)

    def _make_resolver(self, address: str | None) -> dns.resolver.Resolver | None:
        if address:
            made = dns.resolver.Resolver(configure=False)
            host, _, port = address.rpartition(":")
            made.nameservers, made.port = [host], int(port)
            return made
        try:
            return dns.resolver.Resolver()
        except dns.resolver.NoResolverConfiguration:
            self._silent = "this machine has no name server"
            return None

    def txt(self, name: bytes, timeout: float = LOOKUP_SECONDS) -> bytes | None:
        """The key record called ``name``, or None; the ``dnsfunc`` that dkimpy asks."""
        if name not in self._known:
            self._known[name] = self._ask(name, timeout)
        return self._known[name]

    def _ask(self, name: bytes, timeout: float) -> bytes | None:
        left = min(timeout, self._deadline - time.monotonic())
        if self._resolver is None or self._silent or left <= 0:
            self.trouble[name] = self._silent or "the name server is too slow"
            return None
        text = name.decode("ascii", "replace")
        try:
            found = self._resolver.resolve(text, "TXT", lifetime=left)
            record = b"".join(next(iter(found)).strings)
            dkim.evaluate_pk(name, record)
        except dns.resolver.LifetimeTimeout:
            self._silent = self.trouble[name] = "the name server does not answer"
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            self.trouble[name] = f"{text.rstrip('.')} is not in the DNS"
        except dns.exception.DNSException as error:
            self.trouble[name] = f"the name server failed ({type(error).__name__})"
        except (dkim.DKIMException, ValueError):
            self.trouble[name] = f"{text.rstrip('.')} holds no usable key (withdrawn or malformed)"
        else:
            return record
        return None


def attest(mail: bytes, sender: str, keys: Keys) -> tuple[Attestation, str]:
    """What the signatures say about a mail, and why.

    ``mail`` is the mail as it was sent, ``sender`` the address of its From header. A signature
    counts only where its domain is the sender's or a parent of it: any domain can sign any mail.

    verified: such a signature is good. failed: there is one, its key too, and it does not fit.
    no-key: there is one, and no key to check it with. none: nobody speaks for the sender.
    """
    try:
        headers, _ = dkim.rfc822_parse(mail)
    except dkim.MessageFormatError:
        return Attestation.NONE, "the header of the mail is malformed"
    signatures = [value for name, value in headers if name.lower() == b"dkim-signature"]
    found = [_check(mail, at, value, sender, keys) for at, value in enumerate(signatures)]
    if any(name.lower() == b"x-developer-signature" for name, _ in headers):
        found.append((Attestation.NO_KEY, "patatt signature not checked: no keyring"))
    if not found:
        return Attestation.NONE, "not signed"
    return min(found, key=lambda one: _RANK.index(one[0]))


def _check(
    mail: bytes, index: int, header: bytes, sender: str, keys: Keys
) -> tuple[Attestation, str]:
    """One DKIM signature, the ``index``-th of the mail from 0; ``header`` is its text."""
    try:
        fields = parse_tag_value(header)
    except InvalidTagValueList:
        return Attestation.NONE, "a DKIM-Signature header that cannot be read"
    domain = fields.get(b"d", b"").decode("ascii", "replace").lower()
    name = f"DKIM/{domain}"
    home = sender.rpartition("@")[2].lower()
    if not domain or not (home == domain or home.endswith(f".{domain}")):
        return Attestation.NONE, f"{name} does not speak for the sender {sender}"
    if b"l" in fields:
        return Attestation.NONE, f"{name} covers only a part of the mail (l=)"
    signature = dkim.DKIM(mail, logger=_quiet, timeout=LOOKUP_SECONDS)
    reason = "the signature does not fit"
    try:
        if signature.verify(index, dnsfunc=keys.txt):
            return Attestation.VERIFIED, f"{name} for {sender}"
    except dkim.DKIMException as error:
        reason = str(error).partition(" (")[0]
    except ValueError as error:  # base64 that is none, and the like
        reason = str(error)
    key = b"%s._domainkey.%s." % (fields.get(b"s", b""), fields[b"d"])
    if trouble := keys.trouble.get(key):
        return Attestation.NO_KEY, f"{name} not checked: {trouble}"
    return Attestation.FAILED, f"{name}: {reason}"
