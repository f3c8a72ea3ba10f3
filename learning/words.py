"""The sentences of the study room's scripts, translated; they reach the page as one JSON block."""

from django.utils.translation import gettext as _


def room_texts() -> dict[str, str]:
    """Key → sentence in the person's language. `{…}` is filled in by the script."""
    return {
        "counting": _("Counting"),
        "saved": _("{time} saved on the server"),
        "play": _("Continue"),
        "pause": _("Pause"),
        "captions_on": _("Captions on"),
        "captions_off": _("Captions off"),
        "volume": _("Volume {percent}%"),
        "muted": _("Muted"),
        "fullscreen": _("Full screen"),
        "fullscreen_end": _("Leave full screen"),
        "progress": _("{percent}% of this lesson studied; it cannot be dragged"),
        "lesson_title": _("Lesson {order}　{title}"),
        "lessons_done": _("{done} of {all} complete"),
        "in_view": _("You are in the picture"),
        "not_in_view": _("You were not recognised"),
        "kept": _("The {minutes} min {seconds} s you have studied in this lesson are saved; it goes on from there."),
        "kept_seconds": _("The {seconds} s you have studied in this lesson are saved; it goes on from there."),
        "resume": _("I am back, continue"),
        "check_again": _("Do the camera check again"),
        "reload": _("Study here again"),
        "paused_not_playing": _("Paused: you pressed pause"),
        "paused_loading": _("Paused: the video is still loading"),
        "paused_daily_cap": _("Paused: you have studied the most that counts in one day"),
        "paused_daily_cap_help": _("What you studied today is saved. Come back tomorrow."),
        "paused_camera_expired": _("Paused: the camera check has to be done again"),
        "paused_camera_expired_help": _("It takes about 20 seconds. The lesson goes on by itself afterwards."),
        "paused_offline": _("Paused: the connection is broken"),
        "paused_taken_over": _("Paused: you have started studying in another window or on another device"),
        "paused_taken_over_help": _("Only one place counts at a time. You can go on there, or study here again."),
        "paused_ended": _("This sitting has ended"),
        "paused_ended_help": _("Everything counted so far is saved. Start again to go on."),
        "paused_cleared": _("Your hours have been cleared"),
        "paused_cleared_help": _("The reason is in your messages and on the page of your training."),
        "paused_suspended": _("This institution has paused its training"),
        "paused_suspended_help": _("Everything counted so far is kept. The association announces when it resumes."),
        "paused_failed": _("The lesson cannot be played just now"),
        "paused_failed_help": _(
            "What you have studied is saved. Load the page again; if that does not help, call your institution."
        ),
        "next": _("Lesson complete. The next one follows."),
    }
