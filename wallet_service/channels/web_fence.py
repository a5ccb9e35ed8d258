"""Where a subscription may lead us: an endpoint is chosen by whoever sent it, so it could name our own network.

Asked for each socket just before it connects, so that neither a name that resolves to a private address, nor one that
resolves differently the second time, nor an odd spelling of an address gets past it.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

HTTPS = 443

UNICAST = ip_network("2000::/3")
"""All IPv6 addresses that IANA has given out; the rest is local, multicast or reserved."""

TUNNELS = (ip_network("2001::/32"), ip_network("2002::/16"))
"""Teredo and 6to4: both lead to an IPv4 address of the writer's choice."""

TRANSLATED = (ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96"))
"""IPv6 spellings of an IPv4 address: mapped (RFC 4291), and NAT64 (RFC 6052), which clouds without IPv4 use."""

AddressInfo = tuple[
    int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]
]
"""As of `socket.getaddrinfo`."""


class BeyondTheFence(OSError):
    """The endpoint leads to no public https address. Always says the same, which keeps the type when there are several."""

    def __init__(self) -> None:
        super().__init__("the endpoint leads to no public https address")


def may_reach(address: str, port: int, *, loopback: bool = False) -> bool:
    """Whether a push service may be at this IP address; `loopback` adds this machine, on any port, for simulators."""
    ip = _unwrapped(ip_address(address))
    return (port == HTTPS and _is_public(ip)) or (loopback and ip.is_loopback)


def open_socket(info: AddressInfo, *, loopback: bool = False) -> socket.socket:
    """A socket for this address. Raises `BeyondTheFence`."""
    family, kind, protocol, _, (address, port, *_) = info
    if not may_reach(address, port, loopback=loopback):
        raise BeyondTheFence
    return socket.socket(family, kind, protocol)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return IPv4Address(int(ip) & 0xFFFFFFFF) if _within(ip, TRANSLATED) else ip


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if ip.version == 6 and (ip not in UNICAST or _within(ip, TUNNELS)):
        return False
    return ip.is_global and not ip.is_multicast


def _within(ip: IPv4Address | IPv6Address, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return any(ip in network for network in networks)
