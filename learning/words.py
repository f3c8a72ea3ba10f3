"""The sentences of the study room's scripts, translated; they reach the page as one JSON block."""

from django.utils.translation import gettext as _


def room_texts() -> dict[str, str]:
    """Key → sentence in the person's language. `{…}` is filled in by the script."""
    return _player_texts() | _board_texts() | _pause_texts() | _question_texts()


def classroom_texts() -> dict[str, str]:
    """What is said otherwise where a teacher's word stands in for the camera."""
    return {
        "in_view": _("A teacher has checked your identity"),
        "not_in_view": _("No teacher's check is in force"),
        "check_again": _("A teacher checks me again"),
        "paused_camera_expired": _("Paused: your time in the classroom is over"),
        "paused_camera_expired_help": _(
            "A teacher has noted the end, or it has run out. What was counted is saved. To go on, ask a teacher to "
            "check your identity again."
        ),
        "classroom_offline": _("The server cannot be reached just now. The page tries again by itself."),
    }


def _player_texts() -> dict[str, str]:
    return {
        "play": _("Continue"),
        "pause": _("Pause"),
        "captions_on": _("Captions on"),
        "captions_off": _("Captions off"),
        "volume": _("Volume {percent}%"),
        "muted": _("Muted"),
        "mute": _("Mute"),
        "unmute": _("Sound on"),
        "quality_auto": _("Automatic"),
        "fullscreen": _("Full screen"),
        "fullscreen_end": _("Leave full screen"),
        "progress": _("{percent}% of this lesson studied; it cannot be dragged"),
    }


def _board_texts() -> dict[str, str]:
    return {
        "counting": _("Counting"),
        "saved": _("{time} saved on the server"),
        "lesson_title": _("Lesson {order}　{title}"),
        "lessons_done": _("{done} of {all} complete"),
        "left": _("{hours} h {minutes} min left, about {study} study hours"),
        "left_minutes": _("{minutes} min left, about {study} study hours"),
        "in_view": _("You are in the picture"),
        "not_in_view": _("You were not recognised"),
        "next": _("Lesson complete. The next one follows."),
        "offline_retry": _(
            "The connection is broken. Try {tries} to connect follows in about {seconds} s. What was counted is saved; "
            "time without a connection does not count."
        ),
        "offline_network": _(
            "This computer has no network just now. As soon as it has one, the lesson goes on by itself. "
            "What was counted is saved."
        ),
    }


def _pause_texts() -> dict[str, str]:
    return {
        "kept": _("The {minutes} min {seconds} s you have studied in this lesson are saved; it goes on from there."),
        "kept_seconds": _("The {seconds} s you have studied in this lesson are saved; it goes on from there."),
        "resume": _("I am back, continue"),
        "check_again": _("Do the camera check again"),
        "reload": _("Study here again"),
        "go": _("Continue"),
        "paused_because": _("Paused: {why}"),
        "paused_not_playing": _("Paused: you pressed pause"),
        "paused_loading": _("Paused: the video is still loading"),
        "paused_offline": _("Paused: the connection is broken"),
        "paused_press": _("Paused: your browser waits for you to press play"),
        "paused_press_help": _("It lets a video with sound begin only after a click."),
        "paused_hours": _("Paused: study does not count at this time of day"),
        "paused_hours_help": _("Study counts from {opens} to {closes}. The lesson goes on by itself then."),
        "paused_daily_cap": _("Paused: you have studied the most that counts in one day"),
        "paused_daily_cap_help": _("What you studied today is saved. Come back tomorrow."),
        "paused_camera_expired": _("Paused: the camera check has to be done again"),
        "paused_camera_expired_help": _("It takes about 20 seconds. The lesson goes on by itself afterwards."),
        "paused_taken_over": _("Paused: you have started studying in another window or on another device"),
        "paused_taken_over_help": _("Only one place counts at a time. You can go on there, or study here again."),
        "paused_ended": _("This sitting has ended"),
        "paused_ended_help": _("Everything counted so far is saved. Start again to go on."),
        "paused_idle": _("Paused: nothing was heard from this page for a long time"),
        "paused_idle_help": _("The computer may have slept. Everything counted so far is saved. Start again to go on."),
        "paused_signed_out": _("Paused: you have signed out"),
        "paused_signed_out_help": _("Sign in again to go on. Everything counted so far is saved."),
        "paused_cleared": _("Your hours have been cleared"),
        "paused_cleared_help": _("The reason is in your messages and on the page of your training."),
        "paused_suspended": _("This institution has paused its training"),
        "paused_suspended_help": _("Everything counted so far is kept. The association announces when it resumes."),
        "paused_no_media": _("The next lesson has no video yet"),
        "paused_no_media_help": _("What you have studied is saved. Please call your institution."),
        "paused_codec": _("This browser cannot decode the video"),
        "paused_codec_help": _(
            "What you have studied is saved. Use Edge, Chrome or 360; on Linux install the system's media codecs."
        ),
        "paused_failed": _("The lesson cannot be played just now"),
        "paused_failed_help": _(
            "What you have studied is saved. Load the page again; if that does not help, call your institution."
        ),
    }


def _question_texts() -> dict[str, str]:
    return {
        "paused_question": _("Paused: a short question on the lesson"),
        "paused_question_late": _("Paused: the question is still open"),
        "question_left": _("{seconds} s left"),
        "question_late": _(
            "The time to answer is over. Time stands still until you have answered; nothing is taken back."
        ),
        "question_choose": _("Please choose an answer first."),
        "question_wrong": _("Not quite. Think of what you have just seen; another question follows in a few seconds."),
        "question_unsent": _("Your answer did not arrive. Please send it again."),
    }


def device_texts() -> dict[str, str]:
    """The sentences of the page that tests camera and network, for test.js. Keys: `<check>_<outcome>`."""
    return {
        "working": _("Testing…"),
        "browser_ok": _("This browser can do all that is needed."),
        "browser_bad": _("This browser cannot play the lessons. Below it says which one to install."),
        "browser_codec": _(
            "This browser has no decoder for the lessons (H.264 video, AAC sound). Use Edge, Chrome or 360; on Linux "
            "install the system's media codecs and start the browser anew."
        ),
        "camera_ok": _("The camera works. Are you to be seen clearly, with your face in the oval?"),
        "camera_small": _(
            "The camera works, but its picture is small. Another camera would be recognised more easily."
        ),
        "camera_dark": _("The picture is too dark. Switch on a lamp in front of you, or turn towards the window."),
        "camera_bright": _("The picture is too bright. Keep the window or the lamp out of the camera's view."),
        "camera_denied": _(
            "The browser does not allow the camera. Click the lock at the left of the address bar, set the camera to "
            "“Allow”, and test again."
        ),
        "camera_missing": _("No camera was found. Connect one, or open its cover, and test again."),
        "camera_in_use": _("The camera cannot be opened. Close other programs that use it, such as video calls."),
        "camera_insecure": _("This address is not secure. Open the one that begins with https://."),
        "camera_unsupported": _("This browser cannot use the camera. Below it says which one to install."),
        "socket_ok": _("The connection that counts your time can be made."),
        "socket_warn": _(
            "The fast way of counting is blocked in this network; a slower one is used. Your time counts all the same."
        ),
        "speed_ok": _("{mbit} Mbit/s, answers after {ms} ms: enough for every quality."),
        "speed_warn": _(
            "{mbit} Mbit/s, answers after {ms} ms: enough for the smaller picture; choose it if it stutters."
        ),
        "speed_slow": _(
            "{mbit} Mbit/s, answers after {ms} ms: the lesson will stutter. Close downloads, or use a cable."
        ),
        "speed_bad": _("The server could not be reached. Check the network and test again."),
        "clock_ok": _("The clock of this computer is right."),
        "clock_warn": _(
            "The clock of this computer is wrong by about {minutes} min. Your time counts by the server's clock "
            "all the same, but please set it right."
        ),
        "sound_wait": _("Press the button: you should hear three tones."),
        "sound_asked": _("Did you hear the tones?"),
        "sound_ok": _("You can hear the lesson."),
        "sound_warn": _(
            "Turn the sound of the computer up, or connect a loudspeaker. The lesson has captions as well."
        ),
        "done_ok": _("Everything is ready."),
        "done_warn": _("You can study. What is marked above makes it smoother."),
        "done_bad": _("Something is missing. Please see to what is marked above and test again."),
    }
