"""Our own Postgres, so that the service runs with nothing to install: account, binaries, cluster, postmaster, supervisor."""

from wallet_service.database.embedded.account import CannotRunPostgres
from wallet_service.database.embedded.binaries import NoServerBinaries
from wallet_service.database.embedded.supervisor import EmbeddedPostgres, stop_running

__all__ = ["CannotRunPostgres", "EmbeddedPostgres", "NoServerBinaries", "stop_running"]
