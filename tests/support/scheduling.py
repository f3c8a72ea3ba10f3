"""Which test goes to which worker (xdist's own `loadgroup` does not see its groups under pytest 9.2)."""

from xdist.scheduler import LoadScopeScheduling

ROUTES = "tests/unit/guards/test_routes.py"


class BrowserTogether(LoadScopeScheduling):
    """A scope is what must stay in one worker: the browser tests as a whole, the faults in study, which share servers
    of their own, the walks over all routes of one URLconf, which share what they found; any other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/faults/test_study"):
            return "faults"
        if nodeid.startswith(ROUTES):
            return "routes of the portal" if "portal" in nodeid.partition("::")[2] else "routes of an institution"
        return "browser" if nodeid.startswith("tests/e2e/") else nodeid
