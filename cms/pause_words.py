"""Why time of study did not count, in words: for the trainee's record and the reviewer's case."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from proctoring import outcomes

PAUSED = (
    pgettext_lazy("uncounted time", "Paused: the lesson was not playing"),
    gettext_lazy("Time without playing does not count. What was counted before is kept."),
)

PAUSE_WORDS = {
    "study.offline": (
        pgettext_lazy("uncounted time", "The connection was broken, or the computer slept"),
        gettext_lazy("Time without a connection does not count. A cable is steadier than Wi-Fi."),
    ),
    "study.question": (
        pgettext_lazy("uncounted time", "A question on the lesson was not answered in time"),
        gettext_lazy("Time counts again from the right answer on."),
    ),
    "study.hours": (
        pgettext_lazy("uncounted time", "Outside the hours in which study counts"),
        gettext_lazy("The hours of study are shown before a lesson starts."),
    ),
    "study.daily_cap": (
        pgettext_lazy("uncounted time", "The most that counts in one day was reached"),
        gettext_lazy("What you studied that day is saved. On the next day it counts again."),
    ),
    "study.taken_over": (pgettext_lazy("end of a sitting", "Taken over by another window or device"), ""),
    "study.idle": (pgettext_lazy("end of a sitting", "Ended because nothing more was heard from the page"), ""),
    "study.signed_out": (pgettext_lazy("end of a sitting", "Ended by signing out"), ""),
    "study.suspended": (pgettext_lazy("end of a sitting", "Ended because the institution paused its training"), ""),
    "study.cleared": (pgettext_lazy("end of a sitting", "Ended because hours were cleared"), ""),
}


def gap_words(code: str) -> tuple[str, str]:
    """Reason and remedy of uncounted time."""
    if code in outcomes.SENTENCES:
        return outcomes.title(code), str(outcomes.SENTENCES[code].advice)
    if code in PAUSE_WORDS:
        return str(PAUSE_WORDS[code][0]), str(PAUSE_WORDS[code][1])
    return str(PAUSED[0]), str(PAUSED[1])
