"""The only reader of the environment. Every default makes the demo run; secrets are paths to files."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "WALLET_"


class ApnsSettings(BaseModel, extra="forbid"):
    """Where Apple's push service is reached, and how hard."""

    host: str = "api.push.apple.com"
    port: int = Field(443, ge=1, le=65535, description="443 or 2197")
    trust_roots: Path | None = Field(None, description="PEM file of roots to trust instead of the system's")
    connections: int = Field(2, ge=1, le=32, description="connections for each pass certificate")
    window: int = Field(500, ge=1, le=5000, description="most pushes in flight for each pass certificate")
    deadline: float = Field(20.0, gt=0, description="seconds after which an unanswered push is given up as unknown")
    codec: Literal["lean", "h2"] = Field("lean", description="our own HTTP/2 codec, or the library h2")
    priority: int = Field(5, description="apns-priority of balance updates: 5 saves battery, 10 is at once")


class GoogleSettings(BaseModel, extra="forbid"):
    """Where Google Wallet is reached, and how hard. The access token comes from where each key file says."""

    root: str = Field("https://walletobjects.googleapis.com", description="REST interface, batch requests included")
    save_root: str = Field("https://pay.google.com/gp/v/save", description="where save links begin")
    root_keys_url: str = Field(
        "https://pay.google.com/gp/m/issuer/keys", description="keys that vouch for Google's callbacks"
    )
    sender_id: str = Field("GooglePayPasses", description="sender named in the signed text of callbacks")
    trust_roots: Path | None = Field(None, description="PEM file of roots to trust instead of the system's")
    per_s: int = Field(20, ge=1, le=1000, description="most requests a second to each Google project")
    deadline: float = Field(10.0, gt=0, description="seconds after which an unanswered request is given up as unknown")


class FcmSettings(BaseModel, extra="forbid"):
    """Where Firebase Cloud Messaging is reached for brands' own apps, and how hard. Access tokens: see the key files."""

    root: str = Field("https://fcm.googleapis.com", description="HTTP v1 interface")
    trust_roots: Path | None = Field(None, description="PEM file of roots to trust instead of the system's")
    deadline: float = Field(10.0, gt=0, description="seconds after which an unanswered message is given up as unknown")
    window: int = Field(64, ge=1, le=1000, description="most messages on their way at once, for each brand")


class WebPushSettings(BaseModel, extra="forbid"):
    """Notices to browsers that show a web card."""

    contact: str | None = Field(
        None, description="mailto: or https: address told to push services; without it there is no web push"
    )
    key: Path | None = Field(None, description="PEM file of the VAPID key; without it, data_dir/vapid.pem")
    loopback: bool = Field(False, description="endpoints may lead to this machine, any port: for simulators")
    trust_roots: Path | None = Field(None, description="PEM file of roots to trust instead of the system's")


class PushSettings(BaseModel, extra="forbid"):
    """How changed cards are told to their phones."""

    interval: float = Field(1.0, ge=0, description="least seconds between two pushes for one card; a burst becomes one")
    lease: float = Field(60.0, gt=0, description="seconds a worker has for a batch before another may take it over")
    batch: int = Field(500, ge=1, le=10_000, description="cards claimed at once")
    refresh_per_s: float = Field(200.0, ge=0.1, le=100_000, description="cards a second told of a new template version")
    expiry: int = Field(14 * 86400, ge=0, description="seconds APNs keeps a push for a phone that is off")


class LimitSettings(BaseModel, extra="forbid"):
    """Where we stop, so that nobody can use us up."""

    body_bytes: int = Field(65_536, gt=0, description="largest JSON body; larger is answered 413")
    body_seconds: float = Field(
        10.0, gt=0, description="seconds a JSON body may take to arrive; longer is answered 408"
    )
    bulk_line_bytes: int = Field(16_384, gt=0, description="longest line of a bulk import")
    devices_per_card: int = Field(50, ge=1, description="beyond it, the oldest registration makes room")
    log_bytes: int = Field(8_192, gt=0, description="largest body of Apple's log endpoint")
    log_messages: int = Field(20, ge=1, description="most messages taken from one log call")
    open_per_minute: int = Field(600, ge=1, description="calls a minute from one address to the open phone endpoints")
    waiting: int = Field(5_000, ge=1, description="hot writes that may wait; beyond it 503 with Retry-After")


class LogSettings(BaseModel, extra="forbid"):
    """What is logged, and how it looks."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="the least that is logged")
    format: Literal["auto", "json", "text"] = Field("auto", description="auto: text on a terminal, JSON elsewhere")


class Settings(BaseSettings):
    """Settings of one process, from the environment: `WALLET_` + name, nested by `__` (`WALLET_APNS__HOST`)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid"
    )

    data_dir: Path = Field(Path("data"), description="embedded database, master keys, logs")
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("WALLET_DATABASE_URL", "DATABASE_URL"),
        description="postgresql://… ; without it, an embedded Postgres runs in data_dir",
    )
    postgres_bin: Path | None = Field(None, description="folder of Postgres binaries to run instead of the wheel's")
    pool: int = Field(12, ge=2, le=200, description="database connections of one process")
    certs_dir: Path = Field(Path("certs"), description="pass certificates and keys, a folder for each pass type")
    master_keys: Path | None = Field(
        None, description="JSON file of master keys; without it, data_dir/master-keys.json"
    )
    templates_dir: Path = Field(Path("pass_templates"), description="template folders")
    chromium: Path | None = Field(None, description="browser for `pass preview --png`; else one is found by name")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    health_host: str = Field("127.0.0.1", description="address of the health door")
    health_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="port of the health door (/livez, /readyz, /metrics); without it there is none",
    )
    trusted_proxies: str = Field("127.0.0.1", description="addresses whose X-Forwarded-For is believed, by commas")
    public_url: str = Field("http://127.0.0.1:8000", description="what phones call us; https in production")
    badges_dir: Path | None = Field(None, description="official wallet badges for the pages of a card's link")
    apns: ApnsSettings = ApnsSettings()
    google: GoogleSettings = GoogleSettings()
    fcm: FcmSettings = FcmSettings()
    web_push: WebPushSettings = WebPushSettings()
    push: PushSettings = PushSettings()
    limits: LimitSettings = LimitSettings()
    log: LogSettings = LogSettings()

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown_variables(cls, given: Any) -> Any:
        """A variable that is misspelt would otherwise be no setting at all, and nobody would know."""
        given_names = {name.upper() for name in os.environ}
        unknown = {name for name in given_names if name.startswith(PREFIX)} - set(_variables(cls, PREFIX))
        if unknown:
            raise ValueError(f"{min(unknown)} is not a setting")
        return given

    @property
    def embedded(self) -> bool:
        """Whether we run the database ourselves."""
        return self.database_url is None


@dataclass(frozen=True, slots=True)
class Told:
    """One setting as it is in force."""

    variable: str
    value: str
    """Without the password of an address."""
    given: bool
    """Whether the environment says so; else it is the default."""


def tell(settings: BaseModel, prefix: str = PREFIX) -> Iterator[Told]:
    """Every setting with its value and origin, for whoever asks what is in force."""
    for name in type(settings).model_fields:
        value, variable = getattr(settings, name), f"{prefix}{name.upper()}"
        if isinstance(value, BaseModel):
            yield from tell(value, f"{variable}__")
        else:
            yield Told(variable, _without_password(value), name in settings.model_fields_set)


def _without_password(value: object) -> str:
    """Whoever stands before the last `@` of an address is named by nothing but the name, in a query by nothing at all."""
    shown = re.sub(r"(://[^:/@]*):.*@", r"\1:…@", "" if value is None else str(value))
    return re.sub(r"(password=)[^&]*", r"\1…", shown)


def _variables(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Every environment variable of the settings, those of nested ones behind two underscores."""
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        yield variable
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _variables(field.annotation, f"{variable}__")
