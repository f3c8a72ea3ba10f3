"""Names of the files of a folder of courseware."""

import re

FPS = 25
SEGMENT_S = 4
INIT = "init.mp4"
PLAYLIST = "index.m3u8"
CAPTIONS = "captions.vtt"
POSTER = "poster.jpg"
SEGMENT = re.compile(r"^\d{5}\.m4s$")
RENDITION = re.compile(r"^v\d$")


class BadMedia(Exception):
    """A file that is no video we take, or a folder that is no output of `encode_hls`.

    `refusal` is a key of `learning.errors.MEDIA_REFUSALS`; the text is for the log, never for people.
    """

    def __init__(self, refusal: str, text: str = "") -> None:
        self.refusal = refusal
        super().__init__(f"{refusal}: {text}" if text else refusal)


def segment_name(index: int) -> str:
    """File of the segment `index`, from 0."""
    return f"{index:05d}.m4s"


def index_of(name: str) -> int:
    """The number of a segment's file."""
    return int(name.partition(".")[0])


def is_part(name: str) -> bool:
    """Whether a name is one of a rendition's files."""
    return name == INIT or bool(SEGMENT.match(name))
