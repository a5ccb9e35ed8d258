"""Ways to spoil the seal of a pass: certificates, signature, manifest, archive (rules 1 to 12)."""

import io
import zipfile
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import pkcs7

from tests.wallets.apple.checks.case import Case, made, tampered, with_file, with_keys
from tests.wallets.apple.checks.good_pass import DETACHED, Recipe, zipped
from tests.wallets.apple.checks.throwaway_pki import NOW, Holder, a_key, a_leaf, an_authority

OPTIONS = pkcs7.PKCS7Options


def issued_by(authority: Holder) -> dict[str, object]:
    """The steps of a recipe whose certificate comes from this authority."""
    return {"signer": a_leaf(authority=authority), "carried": [authority.certificate]}


def with_another_key() -> Holder:
    """Our certificate, paired with somebody else's key."""
    return Holder(a_leaf().certificate, a_key("somebody else"))


def in_text(recipe: Recipe) -> None:
    """Wraps the signature as PEM."""
    recipe.after_sealing = lambda files: files.update(signature=b"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n")


def over_other_newlines(recipe: Recipe) -> None:
    """Signs the manifest as if it had Windows line ends, as a signer without `Binary` does."""
    sign = recipe.sign
    recipe.after_sealing = lambda files: files.update(signature=sign(files["manifest.json"].replace(b"\n", b"\r\n")))


def in_a_folder(files: dict[str, bytes]) -> bytes:
    """Zips the package with its own folder."""
    return zipped({f"card.pass/{name}": content for name, content in files.items()})


def streamed(files: dict[str, bytes]) -> bytes:
    """Zips to a pipe, so that sizes come after the contents."""

    class Pipe(io.BytesIO):
        def tell(self) -> int:
            raise OSError("a pipe has no position")

    buffer = Pipe()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def in_zip64(files: dict[str, bytes]) -> bytes:
    """Zips one file in the ZIP64 form."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=name == "icon.png") as stream:
                stream.write(content)
    return buffer.getvalue()


def in_bzip2(files: dict[str, bytes]) -> bytes:
    """Zips one file by another method."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            method = zipfile.ZIP_BZIP2 if name == "icon.png" else zipfile.ZIP_STORED
            archive.writestr(name, content, method)
    return buffer.getvalue()


def encrypted(files: dict[str, bytes]) -> bytes:
    """Marks the first file, pass.json, as encrypted: the flag's bit, in both of its headers."""
    packed = bytearray(zipped(files))
    for flags in (6, packed.index(b"PK\x01\x02") + 8):
        packed[flags] |= 1
    return bytes(packed)


CASES = (
    Case("signed for another pass type", "E1", "passTypeIdentifier", made(signer=a_leaf(pass_type="pass.com.other"))),
    Case("Apple's extension differs", "E1", "passTypeIdentifier", made(signer=a_leaf(extension="pass.com.other"))),
    Case("another pass type in pass.json", "E1", "passTypeIdentifier", with_keys(passTypeIdentifier="pass.com.other")),
    Case("signed by another team", "E2", "teamIdentifier", made(signer=a_leaf(team="ZZZZZZZZZZ"))),
    Case("no intermediate", "E3", "signature", made(carried=[])),
    Case("the intermediate of another generation", "E4", "signature", made(carried=[an_authority("G1").certificate])),
    Case("an impostor", "E4", "signature", made(carried=[an_authority(owner="an impostor").certificate])),
    Case("an expired intermediate", "E4", "signature", made(**issued_by(an_authority("G1", expired=True)))),
    Case("an intermediate that is not Apple's", "E4", "signature", made(), development=False),
    Case("an expired certificate", "E5 E6", "signature", made(signer=a_leaf(days=(-400, -5)))),
    Case("a certificate of next week", "E5 E6", "signature", made(signer=a_leaf(days=(7, 400)))),
    Case("a key of somebody else", "E5", "signature", made(signer=with_another_key())),
    Case("another certificate than expected", "E5", "signature", made(expected=a_leaf(days=(-29, 365)).certificate)),
    Case("no signing time", "E6", "signature", made(options=(*DETACHED[:2], OPTIONS.NoAttributes))),
    Case("a clock that runs ahead", "E6", "signature", made(now=NOW - timedelta(hours=1))),
    Case("newlines converted before signing", "E7", "signature", over_other_newlines),
    Case(
        "newlines changed in the manifest after signing",
        "E7",
        "signature",
        tampered(lambda files: files.update({"manifest.json": files["manifest.json"] + b"\n"})),
    ),
    Case("the manifest inside the signature", "E8", "signature", made(options=DETACHED[1:])),
    Case("a signature in PEM", "E8", "signature", in_text),
    Case(
        "a signature cut short",
        "E8",
        "signature",
        tampered(lambda files: files.update(signature=files["signature"][:-1])),
    ),
    Case("a signature without end", "E8", "signature", tampered(lambda files: files.update(signature=bytes(100_001)))),
    Case("no signature", "E8", "signature", tampered(lambda files: files.pop("signature"))),
    Case(
        "a strip exchanged after hashing",
        "E9",
        "strip.png",
        tampered(lambda files: files.update({"strip.png": files["strip.png"] + b"\0"})),
    ),
    Case(
        "a file added after hashing", "E10", "readme.txt", tampered(lambda files: files.update({"readme.txt": b"hi"}))
    ),
    Case("a file lost after hashing", "E10", "strip.png", tampered(lambda files: files.pop("strip.png"))),
    Case("the Finder's leavings", "E11", ".DS_Store", with_file(".DS_Store", b"\0")),
    Case("the Finder's shadow folder", "E11", "__MACOSX/._icon.png", with_file("__MACOSX/._icon.png", b"\0")),
    Case("a backslash", "E11", "en.lproj\\more.txt", with_file("en.lproj\\more.txt", b"")),
    Case("an absolute path", "E11", "/etc/passwd", with_file("/etc/passwd", b"")),
    Case("a path that climbs out", "E11", "../icon.png", with_file("../icon.png", b"")),
    Case("the folder itself zipped", "E8 E11 E13 E16", "card.pass/pass.json", made(pack=in_a_folder)),
    Case("sizes after the contents", "W12", "pass.json", made(pack=streamed)),
    Case("ZIP64", "W12", "icon.png", made(pack=in_zip64)),
    Case("another compression", "E10 W12 E12 W13", "icon.png", made(pack=in_bzip2)),
    Case("an encrypted file", "E10 W12 E12 E16", "pass.json", made(pack=encrypted)),
)
"""Expected findings are in the order of their numbers."""
