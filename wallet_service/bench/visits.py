"""What the phones of a crowd know, as lines that a Lua script can read: `device|card|token|Last-Modified`."""

from wallet_service.bench.crowd import CHUNK, Crowd
from wallet_service.cards.faces import states
from wallet_service.service import Service
from wallet_service.wallets.apple.wallet import TOKEN_PURPOSE
from wallet_service.web.http import http_date

LOAD = """
local function each_visit(act)
  for device, card, token, modified in VISITS:gmatch("([^|\\n]+)|([^|\\n]+)|([^|\\n]+)|([^\\n]+)") do
    act(device, card, token, modified)
  end
end

local function fetch(card, token, modified)
  local shown = {Authorization = "ApplePass " .. token, ["If-Modified-Since"] = modified}
  return wrk.format("GET", "/apple/v1/passes/" .. PASS_TYPE .. "/" .. card, shown)
end
"""


async def visits(service: Service, crowd: Crowd) -> str:
    """The opening of a Lua script: the visits to be made, and how one is read and made.

    Gives `each_visit(act)` and `fetch(card, token, modified)`; it needs a crowd with devices.
    """
    lines: list[str] = []
    for first in range(0, len(crowd.cards), CHUNK):
        lines += await _lines(service, crowd, slice(first, first + CHUNK))
    known = "\n".join(lines)
    return f'local PASS_TYPE = "{crowd.pass_type}"\nlocal VISITS = [[\n{known}\n]]\n{LOAD}'


async def _lines(service: Service, crowd: Crowd, part: slice) -> list[str]:
    async with service.database.read() as tx:
        found = await states(tx, crowd.cards[part])
    return [
        "|".join(
            (
                device,
                card.serial,
                service.keys.token(card.token_key, TOKEN_PURPOSE, card.pass_type, card.serial),
                http_date(card.modified_at),
            )
        )
        for device, card in zip(crowd.devices[part], found, strict=True)
        if card is not None
    ]
