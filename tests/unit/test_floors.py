"""A file imports only from its own floor or lower ones (docs/architecture.md); foreign keys as strings count too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Package or sub-package → floor; the longest name that fits counts.
FLOORS = {
    "tenants": 1.0,
    "proctoring": 2.0,
    "learning": 3.0,
    "learning.review": 3.5,
    "exams": 4.0,
    "certs": 5.0,
    "cms": 6.0,
    "cms.portal": 6.2,
    "cms.centre": 6.5,
    "cms.desk": 6.5,
    "cms.console": 6.5,
    "config": 7.0,
    "demo": 7.0,
}
# Labels of apps, as `"accounts.User"` and get_model name them, where they differ from the package.
LABELS = {
    "accounts": "tenants.accounts",
    "roles": "tenants.roles",
    "rulesets": "tenants.rulesets",
    "audit": "tenants.audit",
    "messages": "tenants.messages",
    "imports": "tenants.imports",
    "review": "learning.review",
    "portal": "cms.portal",
    "centre": "cms.centre",
    "desk": "cms.desk",
    "console": "cms.console",
}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "ParentalManyToManyField", "get_model"}


def floor_of(module: str) -> float | None:
    """Floor of a dotted module name; None for what is not ours."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        floor = FLOORS.get(".".join(parts[:length]))
        if floor is not None:
            return floor
    return None


def package_of(module: str) -> str:
    """Name in FLOORS that a module belongs to."""
    fitting = [name for name in FLOORS if module == name or module.startswith(name + ".")]
    return max(fitting, key=len, default="")


def uses(tree: ast.Module, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything ours that a module imports or names as a model."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, is_package)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, name) for name in _named_models(node))


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _named_models(node: ast.Call) -> Iterator[str]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in RELATIONS:
        return
    targets = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg in {"to", "through"})]
    for target in targets:
        if isinstance(target, ast.Constant) and isinstance(target.value, str) and target.value != "self":
            label = target.value.split(".")[0]
            yield LABELS.get(label, label)


def upward(module: str, tree: ast.Module, *, is_package: bool = False) -> list[str]:
    """Sentences for what the module takes from a higher floor, or from a neighbour on the same one."""
    here = floor_of(module)
    assert here is not None
    said = []
    for line, used in uses(tree, module, is_package):
        there = floor_of(used)
        if there is None or package_of(used) == package_of(module):
            continue
        neighbours = here == there and here != FLOORS["config"]
        if there > here or neighbours:
            said.append(f"{module}:{line} uses {used}")
    return said


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("tenants", "proctoring", "learning", "exams", "certs", "cms", "site/config", "site/demo"):
        base = ROOT / "site" if top.startswith("site/") else ROOT
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(base).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def test_no_file_takes_anything_from_a_higher_floor():
    found = []
    for module, path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found += upward(module, tree, is_package=path.name == "__init__.py")
    assert found == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tenants.services", "from learning.models import Course"),
        ("proctoring.rules", "import exams"),
        ("learning.services.enrol", "def f():\n    from learning.review.services import open_review"),
        ("tenants.accounts.models", "user = models.ForeignKey('learning.Enrolment', models.CASCADE)"),
        ("tenants.audit.models", "apps.get_model('review', 'HoursReview')"),
        ("exams.models", "x = models.ManyToManyField(to='certs.Certificate', through='certs.Line')"),
        ("certs.views", "from config import settings"),
        ("cms.centre.views", "from cms.desk.forms import Form"),
        ("learning.models", "from ..certs import models"),
        ("learning.models", "from .review import services"),
    ],
)
def test_each_way_of_reaching_upward_is_noticed(module, source):
    assert len(upward(module, ast.parse(source))) >= 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "learning.review.services",
            "from learning.models import Enrolment\nfrom tenants.audit.services import record",
        ),
        ("learning.models", "user = models.ForeignKey('accounts.User', models.CASCADE)"),
        ("learning.models", "parent = models.ForeignKey('self', models.CASCADE)"),
        ("tenants.services", "from tenants.roles.services import ensure_groups"),
        ("cms.models", "page = ParentalKey('wagtailcore.Page')"),
        ("config.urls", "import demo.urls"),
    ],
)
def test_what_lies_below_may_be_used(module, source):
    assert upward(module, ast.parse(source)) == []


def test_site_and_locale_are_never_packages():
    assert not (ROOT / "site" / "__init__.py").exists()
    assert not (ROOT / "locale" / "__init__.py").exists()
