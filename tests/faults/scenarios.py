"""Every scenario by its name."""

from collections.abc import Mapping

from tests.faults.clocks import clock_leaps
from tests.faults.google_trouble import google_5xx, google_401, google_lost, google_rate, google_stalls
from tests.faults.killings import kill_api, kill_worker, power_loss
from tests.faults.outages import disk_full, postgres_restart
from tests.faults.proof import Scenario
from tests.faults.slow_phones import crowded_card, slow_phones

SCENARIOS: Mapping[str, Scenario] = {
    "kill-api": kill_api,
    "kill-worker": kill_worker,
    "power-loss": power_loss,
    "postgres-restart": postgres_restart,
    "disk-full": disk_full,
    "clock-leaps": clock_leaps,
    "slow-phones": slow_phones,
    "crowded-card": crowded_card,
    "google-429": google_rate,
    "google-5xx": google_5xx,
    "google-401": google_401,
    "google-stalls": google_stalls,
    "google-lost": google_lost,
}
