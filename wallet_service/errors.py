"""The tree of refusals. A concrete one is declared beside its rule; its docstring explains it to the caller.

    WalletServiceError
    ├── Invalid       422  the request is understood and wrong
    ├── Unauthorized  401  who are you
    ├── Forbidden     403  known, but not allowed
    ├── NotFound      404  not there, or not yours
    ├── Conflict      409  right in itself, wrong at this moment
    ├── TooLarge      413  more than we take at once
    ├── TooMany       429  too often
    └── Unavailable   503  our trouble: try again

Each has a `slug` with a page in docs/problems/. A 500 is always a bug.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class WalletServiceError(Exception):
    """A mistake of ours. It has been logged; repeat the request with the same Idempotency-Key."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str, *, remedy: str | None = None, **extra: Any) -> None:
        """Say what is wrong, why, and (`remedy`) what to do; `extra` members go into the problem document."""
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.extra: Mapping[str, Any] = extra


class Invalid(WalletServiceError):
    """The request is understood and wrong."""

    status = 422
    slug = "invalid-request"
    title = "The request is not valid"


class Unauthorized(WalletServiceError):
    """No usable credential came with the request."""

    status = 401
    slug = "unauthorized"
    title = "A valid API key is needed"


class Forbidden(WalletServiceError):
    """The credential is good but may not do this."""

    status = 403
    slug = "forbidden"
    title = "This key may not do that"


class NotFound(WalletServiceError):
    """Not there, or another brand's: the answer is the same."""

    status = 404
    slug = "not-found"
    title = "Not found"


class Conflict(WalletServiceError):
    """Right in itself, but not at this moment."""

    status = 409
    slug = "conflict"
    title = "The present state does not allow this"


class TooLarge(WalletServiceError):
    """More than is taken in one request."""

    status = 413
    slug = "too-large"
    title = "The request is too large"


class TooMany(WalletServiceError):
    """More requests than are taken from you in this time; wait for the seconds in `Retry-After`."""

    status = 429
    slug = "too-many-requests"
    title = "Too many requests"


class Unavailable(WalletServiceError):
    """Our own trouble; the same request may succeed shortly."""

    status = 503
    slug = "unavailable"
    title = "Temporarily unavailable"
