"""Tills in wrk: how they post, as a script."""

from wallet_service.bench.crowd import Crowd


def posting(crowd: Crowd, *, first: int = 0) -> str:
    """Each request gives one point to the next member of the crowd, under a key of its own. PURE."""
    return f"""
local posted, head = 0, string.format("{first}-%d-", os.time())
local fields = {{["Authorization"] = "Bearer {crowd.key}", ["Content-Type"] = "application/json"}}
math.randomseed(os.time())
function request()
  posted = posted + 1
  fields["Idempotency-Key"] = head .. posted
  local member = math.random(0, {len(crowd.members) - 1})
  return wrk.format("POST", "/v1/members/external:crowd-" .. member .. "/entries", fields, '{{"amount": 1, "reason": "Lunch"}}')
end
"""
