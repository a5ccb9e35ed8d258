"""Several passes in one file: `.pkpasses`, a zip that Safari adds in one go (Apple: Distributing and updating a pass).

PURE.
"""

import io
import zipfile
from collections.abc import Sequence

from wallet_service.wallets.seam import Package

MEDIA_TYPE = "application/vnd.apple.pkpasses"
MOST_PASSES = 10
"""Safari takes no more."""
MIDNIGHT = (1980, 1, 1, 0, 0, 0)
"""The beginning of zip's time: the same cards make the same bytes."""


def bundle(packages: Sequence[Package]) -> Package:
    """The first ten of the passes as one file. They are archives themselves, so they are stored as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, package in enumerate(packages[:MOST_PASSES], 1):
            archive.writestr(zipfile.ZipInfo(f"card-{number}.pkpass", MIDNIGHT), b"".join(package.pieces))
    return Package((file.getvalue(),), MEDIA_TYPE)
