"""What every test may ask for: one Postgres a run, a database a test, a service with a simulated Apple around it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg
import httpx2
import hypothesis
import pytest
import structlog

from tests.people import OTHER_PASS_TYPE, PASS_TYPE, TEAM, Brand, open_brand
from wallet_service.app import open_service, upgrade_database
from wallet_service.clock import SystemClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.database.seam import Database
from wallet_service.service import Service
from wallet_service.serving import listening, serving
from wallet_service.settings import ApnsSettings, PushSettings, Settings
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.fleet import Fleet
from wallet_service.simulators.phone import SimulatedPhone
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.wallets.apple.devpki import make_dev_certificates

TEMPLATES = Path(__file__).parent.parent / "pass_templates"
NUMBERS = count(1)

# Whether a run passes depends neither on how busy the machine is nor on luck; `--hypothesis-profile default` asks anew.
hypothesis.settings.register_profile(
    "the same for all", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("the same for all")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the whole run (of each worker)."""
    with EmbeddedPostgres.start(tmp_path_factory.mktemp("postgres") / "data", conf={"fsync": "off"}) as server:
        yield server


@pytest.fixture(scope="session")
async def empty_database(postgres: EmbeddedPostgres) -> str:
    """The name of a database with our schema and no rows, to be copied."""
    await upgrade_database(postgres.create_database("empty"))
    return "empty"


@pytest.fixture
async def database_url(postgres: EmbeddedPostgres, empty_database: str) -> str:
    """A fresh database with our schema."""
    name = f"test_{next(NUMBERS)}"
    connection = await asyncpg.connect(plain(postgres.database_url("postgres")))
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{empty_database}"')
    await connection.close()
    return postgres.database_url(name)


def plain(url: str) -> str:
    """The URL as asyncpg itself takes it."""
    return f"postgresql://{url.partition('://')[2]}"


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Throw-away certificates of two brands."""
    folder = tmp_path_factory.mktemp("certs")
    for pass_type in (PASS_TYPE, OTHER_PASS_TYPE):
        make_dev_certificates(folder, pass_type, TEAM, "Test", SystemClock().now())
    return folder


@pytest.fixture(scope="session")
def apple_pki(tmp_path_factory: pytest.TempPathFactory) -> SimulatedPki:
    """The certificates of the simulated Apple."""
    return SimulatedPki.make(tmp_path_factory.mktemp("apple"))


@pytest.fixture
async def apns(apple_pki: SimulatedPki, certs: Path) -> AsyncIterator[ApnsSimulator]:
    """Apple's push service, simulated over HTTP/2 and TLS client certificates."""
    simulator = await ApnsSimulator.start(apple_pki, client_roots=certs / "dev-root.pem")
    yield simulator
    await simulator.aclose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, certs: Path, apns: ApnsSimulator, apple_pki: SimulatedPki) -> Settings:
    """Settings of a service of this test."""
    from wallet_service.tokens import make_master_keys

    make_master_keys(tmp_path / "master-keys.json")
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        certs_dir=certs,
        templates_dir=TEMPLATES,
        pool=6,
        public_url="http://127.0.0.1:1",
        apns=ApnsSettings(host="127.0.0.1", port=apns.port, trust_roots=apple_pki.roots),
        push=PushSettings(interval=0.0, lease=5.0),
    )


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    """A service without doors or worker: the business alone."""
    async with open_service(settings) as opened:
        yield opened


@pytest.fixture
def database(service: Service) -> Database:
    """The service's database."""
    return service.database


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """An HTTP client."""
    async with httpx2.AsyncClient(timeout=30) as opened:
        yield opened


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that ran in this process has sent the logs to a stderr of its own, which is closed by now."""
    yield
    structlog.reset_defaults()


@dataclass(slots=True)
class Site:
    """A running service: doors, worker, simulated Apple, phones."""

    service: Service
    base_url: str
    client: httpx2.AsyncClient
    apns: ApnsSimulator
    fleet: Fleet
    roots: Path
    phones: dict[str, SimulatedPhone] = field(default_factory=dict)

    def phone(self, name: str) -> SimulatedPhone:
        """A phone of this name, made when first asked for."""
        if name not in self.phones:
            self.phones[name] = SimulatedPhone(name, roots=self.roots, client=self.client)
            self.fleet.add(self.phones[name])
        return self.phones[name]


@pytest.fixture
async def site(settings: Settings, client: httpx2.AsyncClient, apns: ApnsSimulator, certs: Path) -> AsyncIterator[Site]:
    """A running service with its worker, on loopback."""
    fleet = Fleet()
    apns.subscribe(fleet.hear)
    with listening(0) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings.public_url = base_url
        async with open_service(settings) as service, serving(service, listener=listener):
            yield Site(service, base_url, client, apns, fleet, certs / "dev-root.pem")


@pytest.fixture
async def burger_heroes(site: Site) -> Brand:
    """A brand with a programme, a template and an API key, and its till at the site."""
    return await open_brand(site.service, "Burger Heroes", PASS_TYPE, site.base_url, site.client)


@pytest.fixture
async def coffee_corner(site: Site) -> Brand:
    """Another brand at the same site."""
    return await open_brand(site.service, "Coffee Corner", OTHER_PASS_TYPE, site.base_url, site.client)
