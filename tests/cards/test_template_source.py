"""Template folders and bundles: read within limits, told apart by their digest."""

import io
import zipfile
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cards.template_maker import png, put, tea
from wallet_service.cards.templates import (
    TemplateInvalid,
    TemplateSource,
    digest,
    from_bundle,
    read_template,
    to_bundle,
)


def test_a_folder_is_read_as_it_lies(tmp_path):
    folder = put(tea(), tmp_path)
    (folder / ".DS_Store").write_bytes(b"left by a Mac")
    assert read_template(folder) == tea()


def spoil_with_link(folder):
    (folder / "logo.png").unlink()
    (folder / "logo.png").symlink_to("/etc/passwd")


SPOILERS = {
    "a symbolic link": (spoil_with_link, "symbolic link"),
    "a linked folder": (lambda folder: (folder / "fr.lproj").symlink_to("ru.lproj"), "symbolic link"),
    "a foreign name": (lambda folder: (folder / "run.sh").write_text("rm"), "does not belong"),
    "a deeper folder": (lambda folder: (folder / "ru.lproj" / "more").mkdir(), "does not belong"),
    "an SVG": (lambda folder: (folder / "logo.svg").write_text("<svg/>"), "does not belong"),
    "no PNG": (lambda folder: (folder / "logo.png").write_bytes(b"GIF89a" + bytes(40)), "not a PNG"),
    "half a PNG": (lambda folder: (folder / "logo.png").write_bytes(png(1, 1)[:20]), "not a PNG"),
    "a PNG of nothing": (lambda folder: (folder / "logo.png").write_bytes(png(0, 5)), "not a PNG"),
    "a huge PNG": (lambda folder: (folder / "logo.png").write_bytes(png(2049, 1)), "2049 x 1 pixels"),
    "many files": (
        lambda folder: [(folder / f"a{n}.png").write_bytes(png(1, 1)) for n in range(60)],
        "files are too many",
    ),
    "many bytes": (lambda folder: (folder / "card.toml").write_bytes(bytes(5_000_001)), "bytes are too many"),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_a_folder_beyond_the_limits_is_refused(name, tmp_path):
    spoil, reason = SPOILERS[name]
    folder = put(tea(), tmp_path)
    spoil(folder)
    with pytest.raises(TemplateInvalid, match=reason):
        read_template(folder)


@pytest.mark.parametrize("name", ["Tea", "tea!", "x" * 65, ""])
def test_a_name_outside_the_alphabet_is_refused(name, tmp_path):
    with pytest.raises(TemplateInvalid, match="no name for a template"):
        read_template(put(replace(tea(), name=name), tmp_path))


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(TemplateInvalid, match="not a folder"):
        read_template(tmp_path / "none.pkpasstemplate")


def test_a_refusal_counts_its_findings(tmp_path):
    folder = put(tea(), tmp_path)
    (folder / "one.txt").touch()
    (folder / "two.txt").touch()
    with pytest.raises(TemplateInvalid, match=r"one\.txt: .*\(and 1 more\)") as refusal:
        read_template(folder)
    assert [found["where"] for found in refusal.value.extra["findings"]] == ["one.txt", "two.txt"]


def test_a_bundle_gives_back_the_template_and_is_always_the_same():
    source = tea()
    shuffled = TemplateSource(source.name, dict(sorted(source.files.items(), reverse=True)))
    assert from_bundle(to_bundle(source)) == source
    assert to_bundle(source) == to_bundle(shuffled)
    assert digest(source) == digest(shuffled)


@pytest.mark.parametrize("path", sorted(tea().files))
def test_the_digest_sees_every_file(path):
    source = tea()
    assert digest(tea(files={path: source.files[path] + b" "})) != digest(source)


def test_the_digest_tells_a_moved_border_apart():
    assert digest(TemplateSource("t", {"a": b"bc"})) != digest(TemplateSource("t", {"ab": b"c"}))


@given(position=st.integers(0, 4000), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_bundle_is_refused_or_read_but_never_breaks(position, byte, cut):
    whole = bytearray(to_bundle(tea(files={name: None for name in tea().files if name.endswith(".png")})))
    whole[-1 - position % len(whole)] = byte
    with suppress(TemplateInvalid):
        assert from_bundle(bytes(whole[: len(whole) - position] if cut else whole)).name == "tiny-tea"


def packed(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        (b"not a zip", "cannot be read"),
        (packed(), "no name"),
        (packed(**{"tea.pkpasstemplate/card.toml": bytes(5_000_001)}), "bytes are too many"),
        (packed(**{"tea.pkpasstemplate/../pass.json": b"{}"}), "does not belong"),
        (packed(**{"tea.pkpasstemplate/pass.json": b"{}", "else/pass.json": b"{}"}), "does not belong"),
        (bytes(5_000_001), "bytes are too many"),
    ],
)
def test_a_bundle_beyond_the_limits_is_refused(bundle, reason):
    with pytest.raises(TemplateInvalid, match=reason):
        from_bundle(bundle)
