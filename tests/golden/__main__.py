"""Write the golden passes and payloads anew: `python -m tests.golden`. Then read the difference before you commit it."""

import asyncio
import tempfile
from pathlib import Path

from tests.golden.google import payloads
from tests.golden.passes import members, printed, printing_press, readable, samples
from tests.people import PASS_TYPE, TEAM
from wallet_service.clock import SystemClock
from wallet_service.wallets.apple.devpki import make_dev_certificates


async def write_all() -> None:
    """One file for each template and language; for Google, one more for each class."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        make_dev_certificates(Path(folder), PASS_TYPE, TEAM, "Golden", clock.now())
        press = printing_press(Path(folder), clock)
        for sample in samples():
            sample.file.write_text(readable(members(await printed(press, sample))["pass.json"]))
        await press.aclose()
    for payload in payloads():
        payload.file.write_text(payload.readable)


if __name__ == "__main__":
    asyncio.run(write_all())
