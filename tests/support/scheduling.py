"""Which test goes to which worker (xdist's own `loadgroup` does not see its groups under pytest 9.2)."""

from xdist.scheduler import LoadScopeScheduling


class BrowserTogether(LoadScopeScheduling):
    """A scope is what must stay in one worker: the browser tests as a whole, any other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/e2e/") else nodeid
