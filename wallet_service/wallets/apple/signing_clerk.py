"""A process that holds pass keys and signs what it is asked to: run as a program, it is spoken to on standard input.

It imports nothing of ours: so it starts in a tenth of a second, and has nothing but the keys to lose. Both sides speak
in records: the number of a key (2 bytes), a length (2 bytes), and so many bytes. The first record of a key is that key
(PKCS#8, DER) and has no answer; every later one is a SHA-256 digest, and its answer is a signature (RFC 8017,
RSASSA-PKCS1-v1_5). Answers keep the order of the questions. The process ends when nobody holds the other end.
"""

import signal
import socket
from collections.abc import Iterable
from struct import Struct

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

Record = tuple[int, bytes]
"""The number of a key, and what is said about it."""
Keys = dict[int, RSAPrivateKey]

HEAD = Struct(">HH")
PADDING, PREHASHED = PKCS1v15(), Prehashed(SHA256())
MOST_AT_ONCE = 24
"""Signatures that are told together: some 9 ms, which the first of them waits for the last."""
READ_BYTES = 65_536


def join(records: Iterable[Record]) -> bytes:
    """Records as they are sent. PURE."""
    return b"".join([HEAD.pack(number, len(said)) + said for number, said in records])


def split(heard: bytes) -> tuple[list[Record], bytes]:
    """The whole records in what was heard, and the beginning of the next. PURE."""
    records, at = [], 0
    while len(heard) - at >= HEAD.size:
        number, size = HEAD.unpack_from(heard, at)
        begins = at + HEAD.size
        if len(heard) < begins + size:
            break
        records.append((number, heard[begins : begins + size]))
        at = begins + size
    return records, heard[at:]


def work(line: socket.socket) -> None:
    """Sign what comes in on this line, until it ends."""
    keys: Keys = {}
    heard = b""
    while more := line.recv(READ_BYTES):
        records, heard = split(heard + more)
        for first in range(0, len(records), MOST_AT_ONCE):
            line.sendall(join(_answers(keys, records[first : first + MOST_AT_ONCE])))


def _answers(keys: Keys, records: Iterable[Record]) -> Iterable[Record]:
    for number, said in records:
        key = keys.get(number)
        if key is None:
            keys[number] = _key(said)
        else:
            yield number, key.sign(said, PADDING, PREHASHED)


def _key(document: bytes) -> RSAPrivateKey:
    key = load_der_private_key(document, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"Passes are signed with RSA, not with {type(key).__name__}.")
    return key


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM):  # meant for the service, which goes on signing while it shuts down
        signal.signal(each, signal.SIG_IGN)
    work(socket.socket(fileno=0))
