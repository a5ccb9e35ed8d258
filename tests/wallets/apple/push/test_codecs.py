"""Both codecs: each thing that may arrive, and what is written for a push."""

from typing import Any

import pytest
from h2.errors import ErrorCodes
from h2.events import DataReceived, PingReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes

from tests.wallets.apple.push.memory_apns import Ears, MemoryApns, goaway
from wallet_service.wallets.apple.push.codec import MOST_BODY, MakeCodec, ProtocolBrokenError
from wallet_service.wallets.apple.push.codec_h2 import H2Codec
from wallet_service.wallets.apple.push.codec_lean import LeanCodec
from wallet_service.wallets.apple.push.request import Heads
from wallet_service.wallets.apple.push.seam import Push

TOPIC = "pass.com.example.burger-heroes"
HEADS = Heads("api.push.apple.com")


@pytest.fixture(params=[LeanCodec, H2Codec], ids=["lean", "h2"])
def make(request: pytest.FixtureRequest) -> MakeCodec:
    made: MakeCodec = request.param
    return made


class Talk:
    """A codec and a server, already introduced."""

    def __init__(self, make: MakeCodec, **options: int | None) -> None:
        self.codec, self.apns, self.ears = make(), MemoryApns(**options), Ears()  # type: ignore[arg-type]  # options as of MemoryApns
        self.codec.start()
        self.go()
        self.greeting = self.ears.heard[:]
        self.ears.heard.clear()

    def go(self) -> None:
        self.apns.talk(self.codec, self.ears)

    def push(self, payload: bytes = b"{}", collapse_id: str | None = None) -> int:
        push = Push("ab" * 32, TOPIC, payload, apns_id="id-1", collapse_id=collapse_id)
        return self.codec.open(HEADS.of(push), push)

    @property
    def arrived(self) -> bytes:
        return b"".join(event.data for event in self.apns.events if isinstance(event, DataReceived))


def test_the_servers_limit_is_heard_with_its_settings(make: MakeCodec) -> None:
    assert Talk(make, max_streams=7).greeting == [("settings", 7)]


def test_a_server_without_a_limit_allows_very_many(make: MakeCodec) -> None:
    (name, limit), *_ = Talk(make, max_streams=None).greeting
    assert name == "settings"
    assert limit > 2**31


def test_we_refuse_server_push(make: MakeCodec) -> None:
    assert Talk(make).apns.h2.remote_settings[SettingCodes.ENABLE_PUSH] == 0


def test_a_push_is_written_as_apple_wants_it(make: MakeCodec) -> None:
    talk = Talk(make)
    talk.push(collapse_id="campaign-7")
    talk.go()
    (request,) = talk.apns.requests
    headers: list[Any] = list(request.headers)
    assert headers == [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "api.push.apple.com"),
        (":path", "/3/device/" + "ab" * 32),
        ("apns-topic", TOPIC),
        ("apns-push-type", "background"),
        ("apns-priority", "5"),
        ("apns-id", "id-1"),
        ("apns-collapse-id", "campaign-7"),
    ]
    assert talk.arrived == b"{}"


def test_streams_are_odd_and_grow(make: MakeCodec) -> None:
    talk = Talk(make)
    assert [talk.push(), talk.push(), talk.push()] == [1, 3, 5]


def test_what_pushes_share_is_sent_in_full_once(make: MakeCodec) -> None:
    talk = Talk(make)
    sizes = []
    for _ in range(30):
        talk.push()
        data = talk.codec.outgoing()
        sizes.append(len(data))
        talk.apns.hear(data)
    assert sizes[0] > sizes[1]
    assert len(set(sizes[1:])) == 1


def test_an_answer_is_told_whole(make: MakeCodec) -> None:
    talk = Talk(make)
    stream = talk.push()
    talk.go()
    talk.codec.receive(talk.apns.answer(stream, 503, b'{"reason":"Shutdown"}', retry_after="7"), talk.ears)
    assert talk.ears.heard == [("answer", stream, 503, b'{"reason":"Shutdown"}', b"7")]


def test_an_endless_body_is_cut(make: MakeCodec) -> None:
    talk = Talk(make)
    stream = talk.push()
    talk.go()
    talk.apns.h2.send_headers(stream, [(":status", "500")])
    for _ in range(30):
        talk.apns.h2.send_data(stream, b"x" * 4096)
        talk.go()
    talk.apns.h2.end_stream(stream)
    talk.go()
    (_, _, status, body, _) = talk.ears.heard[0]
    assert (status, len(body)) == (500, MOST_BODY)


def test_a_reset_is_told_with_its_code(make: MakeCodec) -> None:
    talk = Talk(make)
    stream = talk.push()
    talk.go()
    talk.apns.h2.reset_stream(stream, ErrorCodes.REFUSED_STREAM)
    talk.go()
    assert talk.ears.heard == [("reset", stream, 7)]


def test_streams_spared_by_a_goaway_are_still_answered(make: MakeCodec) -> None:
    talk = Talk(make)
    first, second = talk.push(), talk.push()
    talk.go()
    talk.codec.receive(goaway(first, 0, b"bye") + talk.apns.answer(first), talk.ears)
    assert second == 3
    assert talk.ears.heard == [("goaway", 1, 0, b"bye"), ("answer", 1, 200, b"", None)]


def test_a_ping_goes_there_and_back(make: MakeCodec) -> None:
    talk = Talk(make)
    talk.codec.ping()
    talk.go()
    assert any(isinstance(event, PingReceived) for event in talk.apns.events)
    assert talk.ears.heard == [("pong",)]


def test_a_cancelled_stream_is_reset_and_its_late_answer_ignored(make: MakeCodec) -> None:
    talk = Talk(make)
    stream = talk.push()
    talk.go()
    late = talk.apns.answer(stream)
    talk.codec.cancel(stream)
    talk.codec.receive(late, talk.ears)
    assert talk.ears.heard == []
    assert talk.codec.outgoing().startswith(b"\0\0\x04\x03\0" + stream.to_bytes(4) + ErrorCodes.CANCEL.to_bytes(4))


def test_a_large_payload_waits_for_the_window(make: MakeCodec) -> None:
    talk = Talk(make, window=1000)
    payload = bytes(range(256)) * 16
    stream = talk.push(payload)
    talk.go()
    assert talk.arrived == payload[:1000]
    talk.apns.h2.increment_flow_control_window(2000, stream)
    talk.go()
    assert talk.arrived == payload[:3000]
    talk.apns.h2.increment_flow_control_window(2000, stream)
    talk.go()
    assert talk.arrived == payload
    assert any(isinstance(event, StreamEnded) for event in talk.apns.events)


def test_a_payload_longer_than_a_frame_is_cut_in_frames(make: MakeCodec) -> None:
    talk = Talk(make)
    talk.push(b"x" * 40_000)
    talk.go()
    assert talk.arrived == b"x" * 40_000


def test_a_wider_window_in_settings_lets_a_payload_go_on(make: MakeCodec) -> None:
    talk = Talk(make, window=1000)
    talk.push(b"x" * 1500)
    talk.go()
    talk.apns.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 2000})
    talk.go()
    assert talk.arrived == b"x" * 1500


def test_an_answer_before_the_payload_is_complete_ends_the_stream(make: MakeCodec) -> None:
    talk = Talk(make, window=10)
    stream = talk.push(b"x" * 100)
    talk.go()
    talk.codec.receive(talk.apns.answer(stream, 403, b"{}"), talk.ears)
    talk.go()
    assert talk.ears.heard == [("answer", stream, 403, b"{}", None)]
    assert any(isinstance(event, StreamReset) for event in talk.apns.events)


def test_a_farewell_is_a_goaway(make: MakeCodec) -> None:
    talk = Talk(make)
    talk.codec.finish()
    assert talk.codec.outgoing()[3] == 7


def test_an_answer_without_a_status_breaks_the_rules(make: MakeCodec) -> None:
    talk = Talk(make)
    stream = talk.push()
    talk.go()
    talk.apns.h2.config.validate_outbound_headers = False
    talk.apns.h2.send_headers(stream, [("x", "y")], end_stream=True)
    with pytest.raises(ProtocolBrokenError, match="without a status"):
        talk.codec.receive(talk.apns.say(), talk.ears)


def test_noise_breaks_the_rules(make: MakeCodec) -> None:
    talk = Talk(make)
    with pytest.raises(ProtocolBrokenError):
        talk.codec.receive(b"\0\0\x04\x08\0\0\0\0\0" + b"\0\0\0\0", talk.ears)


def test_frames_we_do_not_know_are_ignored(make: MakeCodec) -> None:
    talk = Talk(make)
    talk.codec.receive(b"\0\0\x01\xee\0\0\0\0\0" + b"?", talk.ears)
    assert talk.ears.heard == []
