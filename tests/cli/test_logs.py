"""Logs: one shape whoever writes them, redacted, on a terminal or off it."""

import json
import subprocess
import sys

from tests.processes import ROOT

SPEAK = """
import logging, structlog
from wallet_service.cli.logs import log_to_stderr
from wallet_service.settings import LogSettings
log_to_stderr(LogSettings(level="{level}", format="{form}"))
structlog.get_logger().info("ours", why="call +79161234567", name="Anna")
logging.getLogger("uvicorn.error").info("a library's")
logging.getLogger("sqlalchemy.engine.Engine").info("Row ('Anna',)")
try:
    raise ValueError("anna@example.com")
except ValueError:
    logging.getLogger("pgqueuer").exception("theirs +79161234567")
    structlog.get_logger().exception("ours too")
"""


def said(level: str = "info", form: str = "auto") -> str:
    """What is logged by us and by libraries at this level."""
    words = [sys.executable, "-c", SPEAK.format(level=level, form=form)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stderr


def test_libraries_log_in_the_same_shape_and_redacted():
    ours, theirs, exception = (json.loads(line) for line in said().splitlines())
    assert (ours["event"], ours["why"], ours["name"], ours["level"]) == ("ours", "call [phone]", "[not listed]", "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("theirs [phone]", "pgqueuer", "error")
    assert "ValueError: [e-mail]" in theirs["exception"]
    assert "ValueError: [e-mail]" in exception["exception"]


def test_the_level_is_set_for_all_but_libraries_that_print_rows():
    heard = [json.loads(line)["event"] for line in said("debug").splitlines()]
    assert heard == ["ours", "a library's", "theirs [phone]", "ours too"]
    assert [json.loads(line)["level"] for line in said("error").splitlines()] == ["error", "error"]


def test_as_text_it_is_readable_and_just_as_redacted():
    text = said(form="text")
    assert "call [phone]" in text
    assert "Traceback" in text
    assert [secret for secret in ("+79161234567", "anna@example.com", "Anna") if secret in text] == []
