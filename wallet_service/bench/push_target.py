"""What the push clients of a bench push to: nginx where it is installed, else the simulated APNs; a process of its own."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from wallet_service.bench.apple import apple
from wallet_service.bench.harness import BenchImpossible
from wallet_service.simulators.pki import SimulatedPki

TOPIC = "pass.com.example.bench"
CONF = """
worker_processes 1; daemon off; master_process off; pid {run}/pid; error_log {run}/errors warn;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300s; http2_max_concurrent_streams 1000;
  client_body_temp_path {run}/1; proxy_temp_path {run}/2; fastcgi_temp_path {run}/3;
  uwsgi_temp_path {run}/4; scgi_temp_path {run}/5;
  ssl_certificate {server}; ssl_certificate_key {server}; ssl_client_certificate {client_roots}; ssl_verify_depth 3;
  server {{
    listen 127.0.0.1:{port} ssl http2; ssl_verify_client on;
    location / {{ add_header apns-id $http_apns_id; return 200; }}
  }}
  server {{
    listen 127.0.0.1:{open_port} ssl http2;
    location / {{ add_header apns-id $http_apns_id; return 200; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to push to, and with which certificate."""

    host: str
    port: int
    roots: Path
    certificate: Path
    open_port: int | None
    """Where no client certificate is asked for, as h2load can show none."""


@contextmanager
def push_target(client_roots: Path | None = None) -> Iterator[Target]:
    """A server that takes every push, running while inside, from whoever's certificate chains to `client_roots`.

    Without them, that is only the certificate that comes with the target.
    """
    with TemporaryDirectory() as folder:
        pki = SimulatedPki.make(Path(folder) / "pki")
        certificate = pki.pass_certificate(TOPIC)
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        if nginx is None:
            with apple(Path(folder) / "apns", client_roots or pki.roots) as apns:
                roots = apns.settings.trust_roots or pki.roots
                yield Target("127.0.0.1", apns.settings.port, roots, certificate, None)
            return
        port, open_port = _free_port(), _free_port()
        with _running(
            nginx,
            Path(folder),
            CONF.format(
                run=folder, server=pki.server, client_roots=client_roots or pki.roots, port=port, open_port=open_port
            ),
            open_port,
        ):
            yield Target("127.0.0.1", port, pki.roots, certificate, open_port)


@contextmanager
def _running(nginx: str, folder: Path, conf: str, port: int) -> Iterator[None]:
    (folder / "nginx.conf").write_text(conf)
    server = subprocess.Popen([nginx, "-c", folder / "nginx.conf", "-e", folder / "errors"])  # noqa: S603 - the one we found
    try:
        _await_port(port, server)
        yield
    finally:
        server.terminate()
        server.wait()


def _await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens, for as long as the server lives."""
    while server.poll() is None:
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
    raise BenchImpossible("nginx does not start.", remedy="Without nginx the bench uses the simulated APNs.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
