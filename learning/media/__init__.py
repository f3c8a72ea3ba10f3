"""Courseware: a video file becomes a folder of HLS in fragmented MP4. No Django here."""

from learning.media.encode import (
    CAPTIONS,
    FPS,
    INIT,
    PLAYLIST,
    SEGMENT_S,
    BadMedia,
    Measured,
    encode_hls,
    index_of,
    is_part,
    measure,
    segment_name,
)

__all__ = [
    "CAPTIONS",
    "FPS",
    "INIT",
    "PLAYLIST",
    "SEGMENT_S",
    "BadMedia",
    "Measured",
    "encode_hls",
    "index_of",
    "is_part",
    "measure",
    "segment_name",
]
