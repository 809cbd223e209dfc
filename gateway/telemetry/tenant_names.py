"""Which tenants have a name in metrics: a bounded number of them."""

from collections.abc import Iterable

OTHERS = "other"
NOBODY = "none"


class TenantNames:
    """
    Names for at most so many tenants; all others together are `other`.

    Those of the policy come first, in its order, so that workers which read
    the same policy name the same ones. A name that was given stays, because a
    series that moved would look like two tenants.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._named: set[str] = set()

    def expect(self, tenants: Iterable[str]) -> None:
        """Give names to tenants before they are seen, as far as there is room."""
        for tenant in tenants:
            if len(self._named) >= self._most:
                return
            self._named.add(tenant)

    def name(self, tenant: str) -> str:
        """Return what a tenant is called; no tenant at all is `none`."""
        if tenant in self._named or tenant == NOBODY:
            return tenant
        if len(self._named) >= self._most:
            return OTHERS
        self._named.add(tenant)
        return tenant
