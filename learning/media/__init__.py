"""Courseware: a video file becomes a folder of HLS in fragmented MP4. No Django here."""

from learning.media.boxes import HEAD, is_mp4
from learning.media.captions import clean_captions, cut_captions
from learning.media.encode import LADDER, Cut, Rung, encode_hls
from learning.media.limits import LIMITS, Limits
from learning.media.measure import Measured, measure
from learning.media.names import (
    CAPTIONS,
    FPS,
    INIT,
    PLAYLIST,
    POSTER,
    SEGMENT_S,
    BadMedia,
    index_of,
    is_part,
    segment_name,
)
from learning.media.probe import Chapter, Probed, probe

__all__ = [
    "CAPTIONS",
    "FPS",
    "HEAD",
    "INIT",
    "LADDER",
    "LIMITS",
    "PLAYLIST",
    "POSTER",
    "SEGMENT_S",
    "BadMedia",
    "Chapter",
    "Cut",
    "Limits",
    "Measured",
    "Probed",
    "Rung",
    "clean_captions",
    "cut_captions",
    "encode_hls",
    "index_of",
    "is_mp4",
    "is_part",
    "measure",
    "probe",
    "segment_name",
]
