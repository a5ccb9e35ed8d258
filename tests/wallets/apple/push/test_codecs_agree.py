"""The lean codec against `h2` as its judge: the same bytes, cut anywhere, tell a listener the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from h2.events import DataReceived, StreamEnded
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.wallets.apple.push.memory_apns import Ears, MemoryApns
from wallet_service.wallets.apple.push.codec import Codec, ProtocolBrokenError
from wallet_service.wallets.apple.push.codec_h2 import H2Codec
from wallet_service.wallets.apple.push.codec_lean import LeanCodec
from wallet_service.wallets.apple.push.request import Heads
from wallet_service.wallets.apple.push.seam import Push

HEADS = Heads("api.push.apple.com")
UNKNOWN_FRAME = b"\0\0\x01\xee\0\0\0\0\0?"
STREAMS = tuple(range(1, 17, 2))


@dataclass
class Server:
    """Writes frames as a server might; each stream ends once."""

    encoder: Encoder = field(default_factory=Encoder)
    said: bytearray = field(default_factory=lambda: bytearray(SettingsFrame(0).serialize()))
    over: set[int] = field(default_factory=set)

    def say(self, frame: Frame) -> None:
        self.said += frame.serialize()

    def heading(self, stream: int, fields: Sequence[tuple[str, str]], flags: Sequence[str], pieces: int) -> None:
        """A header block in so many frames."""
        block = self.encoder.encode(fields)
        size = -(-len(block) // pieces)
        first, *rest = [block[start : start + size] for start in range(0, len(block), size)]
        pad = 3 if "PADDED" in flags else 0
        self.say(HeadersFrame(stream, first, flags=[*flags, *([] if rest else ["END_HEADERS"])], pad_length=pad))
        for part in rest:
            self.say(ContinuationFrame(stream, part, flags=["END_HEADERS"] if part is rest[-1] else []))


Act = Callable[[Server], None]


def answer(stream: int, status: int, body: bytes, pieces: int, flags: list[str], late: bool, trailers: bool) -> Act:
    fields = [(":status", str(status)), ("apns-id", f"id-{stream}"), *([("retry-after", "7")] if late else [])]

    def act(server: Server) -> None:
        if stream in server.over:
            return
        server.over.add(stream)
        bare = not body and not trailers
        server.heading(stream, fields, [*flags, *(["END_STREAM"] if bare else [])], pieces)
        if body:
            padding = {"pad_length": 5} if "PADDED" in flags else {}
            ends = [] if trailers else ["END_STREAM"]
            server.say(DataFrame(stream, body, flags=[*(["PADDED"] if padding else []), *ends], **padding))
        if trailers:
            server.heading(stream, [("x-trailer", "yes")], ["END_STREAM"], 1)

    return act


def reset(stream: int, code: int) -> Act:
    def act(server: Server) -> None:
        if stream not in server.over:
            server.over.add(stream)
            server.say(RstStreamFrame(stream, error_code=code))

    return act


def in_between(stream: int) -> Act:
    def act(server: Server) -> None:
        if stream not in server.over:
            server.heading(stream, [(":status", "103"), ("link", "</x>")], [], 1)

    return act


def goodbye(last: int) -> Act:
    def act(server: Server) -> None:
        server.over |= {stream for stream in STREAMS if stream > last}
        server.say(GoAwayFrame(0, last, 0, b'{"reason":"Shutdown"}'))

    return act


def frame(make: Callable[[], Frame]) -> Act:
    return lambda server: server.say(make())


def table(size: int) -> Act:
    def act(server: Server) -> None:
        server.encoder.header_table_size = size

    return act


ANY_STREAM = st.sampled_from(STREAMS)
SETTINGS = st.fixed_dictionaries(
    {}, optional={3: st.integers(0, 1000), 4: st.integers(0, 2**20), 5: st.integers(16_384, 2**24 - 1)}
)
ACTS = st.one_of(
    st.builds(
        answer,
        ANY_STREAM,
        st.sampled_from([200, 200, 200, 400, 410, 429, 503, 599]),
        st.sampled_from([b"", b"", b'{"reason":"Shutdown"}', b"<html>" * 500]),
        st.integers(1, 4),
        st.lists(st.sampled_from(["PADDED", "PRIORITY"]), unique=True),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(reset, ANY_STREAM, st.integers(0, 13)),
    st.builds(in_between, ANY_STREAM),
    st.sampled_from([0, 4096, 100]).map(table),
    SETTINGS.map(lambda settings: frame(lambda: SettingsFrame(0, settings=settings))),
    st.binary(min_size=8, max_size=8).map(lambda data: frame(lambda: PingFrame(0, data))),
    st.just(frame(lambda: PingFrame(0, b"are you?", flags=["ACK"]))),
    st.integers(1, 2**20).map(lambda more: frame(lambda: WindowUpdateFrame(0, window_increment=more))),
    st.integers(1, 16).map(goodbye),
    st.just(lambda server: server.said.extend(UNKNOWN_FRAME)),
    st.just(frame(lambda: PriorityFrame(1, depends_on=0, stream_weight=7))),
)


def opened(codec: Codec, payloads: Sequence[bytes] = (b"{}",) * len(STREAMS)) -> Codec:
    codec.start()
    for number, payload in enumerate(payloads):
        push = Push(f"{number:064x}", "pass.com.example", payload, apns_id=f"id-{number}")
        codec.open(HEADS.of(push), push)
    codec.outgoing()
    return codec


def heard(codec: Codec, pieces: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """What a listener is told, up to the end or to the break of the rules."""
    ears = Ears()
    try:
        for piece in pieces:
            codec.receive(piece, ears)
    except ProtocolBrokenError:
        ears.heard.append(("broken",))
    return ears.heard


def limits(told: list[tuple[Any, ...]]) -> list[int]:
    return [what[1] for what in told if what[0] == "settings"]


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@given(st.lists(ACTS, max_size=24), CUTS)
def test_what_a_server_says_is_understood_alike(acts: list[Act], places: list[int]) -> None:
    server = Server()
    for act in acts:
        act(server)
    pieces = cut(bytes(server.said), places)
    lean, judge = (heard(opened(make()), pieces) for make in (LeanCodec, H2Codec))
    assert ("broken",) not in judge
    assert [told for told in lean if told[0] != "settings"] == [told for told in judge if told[0] != "settings"]
    assert limits(lean)[-1:] == limits(judge)[-1:]  # h2 tells of several in one piece what they come to


@given(st.lists(ACTS, max_size=12), CUTS, st.integers(0, 10_000), st.integers(1, 255))
def test_bytes_that_were_spoilt_on_the_way_end_in_a_verdict_or_a_break(
    acts: list[Act], places: list[int], where: int, how: int
) -> None:
    server = Server()
    for act in acts:
        act(server)
    server.said[where % len(server.said)] ^= how
    heard(opened(LeanCodec()), cut(bytes(server.said), places))  # raises nothing but `ProtocolBrokenError`


@given(
    st.lists(st.integers(0, 40_000), min_size=1, max_size=4),
    st.integers(0, 70_000),
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 30_000)), max_size=30),
)
def test_payloads_pass_every_window_alike(sizes: list[int], window: int, grants: list[tuple[int, int]]) -> None:
    assert arrived(LeanCodec(), sizes, window, grants) == arrived(H2Codec(), sizes, window, grants)


def arrived(codec: Codec, sizes: list[int], window: int, grants: list[tuple[int, int]]) -> dict[int, tuple[int, bool]]:
    """Bytes of each stream at the server, and whether it is complete; `h2` there would refuse what no window allows."""
    apns, ears = MemoryApns(window=window), Ears()
    codec.start()
    apns.talk(codec, ears)
    for number, size in enumerate(sizes):
        push = Push(f"{number:064x}", "pass.com.example", bytes(size))
        codec.open(HEADS.of(push), push)
    apns.talk(codec, ears)
    for number, more in grants:
        stream = None if number == 0 else 2 * number - 1
        if stream is None or (number <= len(sizes) and StreamEnded not in kinds(apns, stream)):
            apns.h2.increment_flow_control_window(more, stream)
            apns.talk(codec, ears)
    bodies = [event for event in apns.events if isinstance(event, DataReceived)]
    return {
        stream: (
            sum(len(event.data) for event in bodies if event.stream_id == stream),
            StreamEnded in kinds(apns, stream),
        )
        for stream in range(1, 2 * len(sizes), 2)
    }


def kinds(apns: MemoryApns, stream: int) -> set[type]:
    return {type(event) for event in apns.events if getattr(event, "stream_id", None) == stream}
