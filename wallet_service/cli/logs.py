"""Logs of the command line: readable on a terminal, JSON elsewhere; redacted, whoever writes them."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

from wallet_service.cli.redaction import redact
from wallet_service.settings import LogSettings

Processor = structlog.typing.Processor

ROWS_AND_HEADERS = ("sqlalchemy", "hpack", "h2")
"""Libraries whose debug lines are made of members' rows and of credentials: nothing below a warning is heard of them."""


def log_to_stderr(settings: LogSettings) -> None:
    """Send every log line to stderr: ours, and from warnings on (all, for debugging) those of libraries."""
    level = getattr(logging, settings.level.upper())
    last = _render(settings.format)
    structlog.configure(
        processors=[structlog.processors.add_log_level, *ALL_LINES, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    named: tuple[Processor, ...] = (structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=named, processors=[ProcessorFormatter.remove_processors_meta, *ALL_LINES, last]
        )
    )
    logging.basicConfig(level=level if level == logging.DEBUG else max(level, logging.WARNING), handlers=[handler])
    for name in ROWS_AND_HEADERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _redact(_logger: object, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return redact(line)


ALL_LINES: tuple[Processor, ...] = (
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,  # plain: a rich one would print local variables, and with them members' data
    _redact,
)
"""What every line goes through, ours or a library's."""


def _render(form: str) -> Processor:
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    return structlog.dev.ConsoleRenderer() if text else structlog.processors.JSONRenderer()
