"""The REST interface of the simulated Google Wallet without its wires: troubles, identity, quota, journal."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from wallet_service.simulators.google_accounts import Accounts
from wallet_service.simulators.google_batch import batch_reply, parts_of
from wallet_service.simulators.google_fields import partial
from wallet_service.simulators.google_journal import Entry, Journal
from wallet_service.simulators.google_methods import Ask, method_for
from wallet_service.simulators.google_script import Script, calm, troubled
from wallet_service.simulators.google_shelf import Notice, Shelf
from wallet_service.simulators.google_wire import Call, GoogleRefusal, Reply


@dataclass(slots=True)
class Desk:
    """Where every call is decided and written down."""

    accounts: Accounts
    shelf: Shelf
    now: Callable[[], datetime]
    save_root: str
    """Where save links begin; a slash and the JWT follow."""
    script: Script = calm
    journal: Journal = field(default_factory=Journal)
    listeners: list[Callable[[Notice], None]] = field(default_factory=list)

    def answer(self, call: Call) -> Reply:
        """The reply to a call, or to all the calls of a batch."""
        if call.path != "/batch":
            return self._one(call)
        try:
            parts = parts_of(call)
        except GoogleRefusal as refusal:
            return refusal.reply
        return batch_reply(parts, [self._one(part.call) for part in parts])

    def _one(self, call: Call) -> Reply:
        now = self.now()
        reply = troubled(self.script, call, lambda: self._judged(call, now))
        notices, self.shelf.notices = self.shelf.notices, []
        self._write_down(call, reply, len(notices), now)
        for notice in notices:
            for listener in self.listeners:
                listener(notice)
        return reply

    def _judged(self, call: Call, now: datetime) -> Reply:
        try:
            account = self.accounts.caller(call.bearer, now)
            self.accounts.charge(account, now)
            method, names = method_for(call)
            reply = method(Ask(call, account, now, self.shelf, self.accounts, self.save_root, **names))
            fields = call.query.get("fields")
            return replace(reply, body=partial(reply.body, fields)) if fields else reply
        except GoogleRefusal as refusal:
            return refusal.reply

    def _write_down(self, call: Call, reply: Reply, notices: int, now: datetime) -> None:
        project = self.accounts.project_of(call.bearer)
        body = _readable(call.body)
        entry = Entry(now, project, call.method, call.path, body, reply.status, reply.reason, notices)
        self.journal.entries.append(entry)


def _readable(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return None
