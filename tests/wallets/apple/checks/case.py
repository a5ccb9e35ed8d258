"""One way to spoil a good pass, and the findings it must provoke."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.wallets.apple.checks.good_pass import Recipe
from wallet_service.wallets.apple.checks import Finding


@dataclass(frozen=True)
class Case:
    """A spoilt pass."""

    story: str
    """What was done to it, in words."""
    expected: str
    """Every finding as `E17` or `W31`, in order, none missing and none more."""
    where: str
    """The place that one of them must name."""
    spoil: Callable[[Recipe], object]
    development: bool = True

    def findings(self) -> list[Finding]:
        """What the validator says about the spoilt pass."""
        recipe = Recipe()
        self.spoil(recipe)
        return recipe.findings(development=self.development)


def codes(findings: list[Finding]) -> str:
    """The findings as `E17 W31`, each once."""
    return " ".join(dict.fromkeys(f"{finding.severity}{finding.number}" for finding in findings))


def with_keys(**keys: Any) -> Callable[[Recipe], object]:
    """Writes these keys into pass.json."""
    return lambda recipe: recipe.document.update(keys)


def without(*keys: str) -> Callable[[Recipe], object]:
    """Takes these keys out of pass.json."""
    return lambda recipe: [recipe.document.pop(key) for key in keys]


def with_field(slot: str, **field: Any) -> Callable[[Recipe], object]:
    """Adds a field to the store card."""
    whole = {"key": "extra", "value": "text"} | field
    return lambda recipe: recipe.document["storeCard"].setdefault(slot, []).append(whole)


def with_file(name: str, content: bytes) -> Callable[[Recipe], object]:
    """Adds or replaces a file, before manifest and signature are made."""
    return lambda recipe: recipe.files.update({name: content})


def without_files(*names: str) -> Callable[[Recipe], object]:
    """Leaves files out, before manifest and signature are made."""
    return lambda recipe: [recipe.files.pop(name) for name in names]


def tampered(change: Callable[[dict[str, bytes]], object]) -> Callable[[Recipe], object]:
    """Changes the files after they were signed."""
    return lambda recipe: setattr(recipe, "after_sealing", change)


def made(**steps: Any) -> Callable[[Recipe], object]:
    """Replaces steps of the recipe."""
    return lambda recipe: recipe.__dict__.update(replace(recipe, **steps).__dict__)


def both(*spoilers: Callable[[Recipe], object]) -> Callable[[Recipe], object]:
    """Does one after the other."""
    return lambda recipe: [spoil(recipe) for spoil in spoilers]
