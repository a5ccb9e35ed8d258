"""Logs of the command line: readable on a terminal, JSON elsewhere; nothing a stranger sent is trusted to print."""

import logging
import sys

import structlog


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send every log line to stderr."""
    terminal = sys.stderr.isatty()
    # plain tracebacks: rich ones would print local variables, and with them members' data
    last = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    trace = [] if terminal else [structlog.processors.format_exc_info]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *trace,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
