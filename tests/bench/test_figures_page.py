"""`scripts/figures`: one bench measured anew leaves what the page says of the others."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from wallet_service.cli.bench import BENCHES

SCRIPT = Path(__file__).parents[2] / "scripts" / "figures"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script, which has no ending that Python would import."""
    spec = spec_from_loader("figures", SourceFileLoader("figures", str(SCRIPT)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def section(name: str, text: str) -> str:
    return f"\n## bench {name}\n\n{text}\n"


@pytest.mark.parametrize("measured", BENCHES)
def test_a_bench_measured_anew_leaves_the_sections_of_the_others(script: ModuleType, measured: str) -> None:
    old = "# Figures\n" + "".join(section(name, "old") for name in BENCHES)

    found = "".join(script.sections(old, measured, section(measured, "new")))

    assert found == "".join(section(name, "new" if name == measured else "old") for name in BENCHES)


def test_a_sentence_begins_with_a_capital_and_names_keep_theirs(script: ModuleType) -> None:
    assert script.capital("links of Google, against RSA") == "Links of Google, against RSA"
