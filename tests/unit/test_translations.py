"""What is found in the sources, and what the check says about the Chinese."""

from babel.messages.catalog import Message

from config import translations
from config.translations import entries_of, faults, messages_in_sources, read_catalogue, template_as_python

TEMPLATE = """\
{% load i18n %}
<p>{% translate "Sign in" %}
    {% translate "May" context "month" %}</p>
  {% blocktranslate trimmed count n=n %}
    {{ n }} hour
      {% plural %}
    {{ n }} hours
  {% endblocktranslate %}
      <input value="{% trans 'Next' %}" placeholder={{ _("Name") }}>
"""
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
NAME = _("Institution")
LONG = _("a sentence "
         "in two parts")
ngettext("%(n)s case", "%(n)s cases", 3)
pgettext("state", "Open")
_(NAME)
"""


def write(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_html", ".html").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_every_kind_of_message_is_found_with_its_files(tmp_path):
    write(tmp_path, learning__templates__page_html=TEMPLATE, learning__models_py=PYTHON, exams__models_py=PYTHON)
    found = messages_in_sources(tmp_path)
    assert set(found) == {
        ("", "Sign in"),
        ("month", "May"),
        ("", ("%(n)s hour", "%(n)s hours")),
        ("", "Next"),
        ("", "Name"),
        ("", "Institution"),
        ("", "a sentence in two parts"),
        ("", ("%(n)s case", "%(n)s cases")),
        ("state", "Open"),
    }
    assert found["", "Institution"].files == ("exams/models.py", "learning/models.py")


def test_a_template_becomes_python_without_stray_indentation():
    assert all(not line.startswith(" ") for line in template_as_python(TEMPLATE, "page.html").splitlines())


def test_the_check_names_what_is_missing_empty_fuzzy_different_or_stale():
    catalogue = {
        ("", "Empty"): Message("Empty", " "),
        ("", "Fuzzy"): Message("Fuzzy", "模糊", flags=["fuzzy"]),
        ("", "%(name)s signed in"): Message("%(name)s signed in", "%(who)s 已登录"),
        ("", ("%(n)s hour", "%(n)s hours")): Message(("%(n)s hour", "%(n)s hours"), ("%(n)s 学时",)),
        ("", "Gone"): Message("Gone", "没有了"),
        ("month", "May"): Message("May", "五月", context="month"),
    }
    found = [key for key in catalogue if key != ("", "Gone")] + [("", "Missing")]
    assert faults(found, catalogue) == [
        "placeholders differ (%(name)s, %(who)s): '%(name)s signed in'",
        "no Chinese: 'Empty'",
        "fuzzy: 'Fuzzy'",
        "no Chinese: 'Missing'",
        "no longer in the sources: 'Gone'",
    ]


def test_an_update_keeps_the_chinese_adds_the_new_and_drops_the_stale(tmp_path, monkeypatch):
    po = tmp_path / "locale" / "django.po"
    monkeypatch.setattr(translations, "PO", po)
    write(tmp_path, learning__models_py='_("One")\n_("Two")\nngettext("%(n)s hour", "%(n)s hours", 2)\n')
    found = messages_in_sources(tmp_path)
    one = {("", "One"): "一", ("", ("%(n)s hour", "%(n)s hours")): "%(n)s 学时"}
    translations.write_catalogue(found, one, po)
    first = po.read_bytes()
    again = {key: translations.chinese_of(message) for key, message in read_catalogue(po).items()}
    assert again == one | {("", "Two"): ""}
    translations.write_catalogue(found, again, po)
    assert po.read_bytes() == first
    write(tmp_path, learning__models_py='_("Two")\n')
    translations.write_catalogue(messages_in_sources(tmp_path), again | {("", "Two"): "二"}, po)
    assert set(read_catalogue(po)) == {("", "Two")}
    assert translations.compile_catalogue(po)
    assert not translations.compile_catalogue(po)


def test_entries_may_carry_a_context_or_a_plural():
    text = '{"Sign in": "登录", "month\\u0004May": "五月", "%(n)s hour\\u0000%(n)s hours": "%(n)s 学时"}'
    assert entries_of(text) == {
        ("", "Sign in"): "登录",
        ("month", "May"): "五月",
        ("", ("%(n)s hour", "%(n)s hours")): "%(n)s 学时",
    }


def test_the_chinese_of_the_product_is_complete():
    assert faults(messages_in_sources(), read_catalogue()) == []
