"""Hints of idling and scripts in words that accuse nobody: a reviewer reads them, after a clearing the trainee may."""

from django.utils.translation import gettext, ngettext


def hint_text(code: str, count: int, value: int) -> str:
    """One hint in words; `value` in seconds where it has a size. Empty for a code that is no hint."""
    texts = {
        "automated": lambda: ngettext(
            "%(n)d sitting in a browser that says it is run by a program",
            "%(n)d sittings in a browser that says it is run by a program",
            count,
        ),
        "even_rhythm": lambda: ngettext(
            "%(n)d sitting with messages more even than the study page sends them",
            "%(n)d sittings with messages more even than the study page sends them",
            count,
        ),
        "device_turns": lambda: ngettext(
            "%(n)d time somebody else studied in between on the same device",
            "%(n)d times somebody else studied in between on the same device",
            count,
        ),
        "around_clock": lambda: gettext("Up to %(hours)d hours on end without a longer rest"),
        "shared_device": lambda: ngettext(
            "%(n)d other person studied on the same device", "%(n)d other people studied on the same device", count
        ),
        "silent": lambda: gettext("%(hours)d hours of study in which the page reported nothing or little"),
        "hidden": lambda: gettext("The page was out of sight most of the time (%(hours)d hours)"),
        "fast_answers": lambda: ngettext(
            "%(n)d question on the lesson answered faster than it can be read",
            "%(n)d questions on the lesson answered faster than they can be read",
            count,
        ),
        "untouched": lambda: gettext("%(hours)d hours of study without one movement, press or key"),
        "browser_changed": lambda: ngettext(
            "%(n)d sitting in another browser than the camera check",
            "%(n)d sittings in another browser than the camera check",
            count,
        ),
        "far_switches": lambda: ngettext(
            "%(n)d change to a far network within minutes", "%(n)d changes to a far network within minutes", count
        ),
        "wrong_answers": lambda: ngettext(
            "%(n)d question on the lesson answered wrong or late",
            "%(n)d questions on the lesson answered wrong or late",
            count,
        ),
        "nights": lambda: ngettext(
            "Study after midnight in %(n)d night", "Study after midnight in %(n)d nights", count
        ),
        "odd_browser": lambda: ngettext(
            "%(n)d sitting in a browser with unusual signs", "%(n)d sittings in a browser with unusual signs", count
        ),
        "shared_address": lambda: gettext("Many other people studied from the same address"),
    }
    return texts[code]() % {"n": count, "hours": value // 3600} if code in texts else ""
