"""Reads `pass.strings`, Apple's form of a translation: `"text" = "translation";`, with comments between."""

import re

from wallet_service.cards.problem import Problem, TemplateInvalid, error

SPACE = re.compile(r"(?:\s|/\*.*?\*/|//[^\n]*)*", re.DOTALL)
QUOTED = r'"((?:[^"\\\n]|\\.)*)"'
PAIR = re.compile(rf"{QUOTED}\s*=\s*{QUOTED}\s*;")
ESCAPE = re.compile(r"\\(U[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
FORM = 'Write "text" = "translation"; with straight quotes and \\" for a quote inside.'


def read_strings(content: bytes, where: str) -> dict[str, str]:
    """The translations by the text they translate. Raises `TemplateInvalid` naming the line."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise TemplateInvalid(error(where, "the text is not UTF-8", "Save the file as UTF-8.")) from None
    pairs: dict[str, str] = {}
    at = _skip(text, 0)
    while at < len(text):
        pair = PAIR.match(text, at)
        if pair is None:
            raise TemplateInvalid(_problem(text, at, where, "this is not a translation", FORM))
        key, value = map(_unescape, pair.groups())
        if key in pairs:
            raise TemplateInvalid(_problem(text, at, where, f'"{key}" is translated twice', "Keep one of them."))
        pairs[key] = value
        at = _skip(text, pair.end())
    return pairs


def _skip(text: str, at: int) -> int:
    space = SPACE.match(text, at)
    return space.end() if space else at


def _unescape(text: str) -> str:
    return ESCAPE.sub(
        lambda mark: chr(int(mark[1][1:], 16)) if len(mark[1]) > 1 else ESCAPED.get(mark[1], mark[1]), text
    )


def _problem(text: str, at: int, where: str, message: str, mend: str) -> Problem:
    return error(f"{where}: line {text.count(chr(10), 0, at) + 1}", message, mend)
