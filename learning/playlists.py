"""HLS playlists as text. The page's own loader (`loader.js`) writes the same lists from the acks."""

from typing import Any

from learning.media import INIT, segment_name
from learning.models import Media
from learning.protocol import Released

NAME = "index.m3u8"


def master_playlist(renditions: list[dict[str, Any]]) -> str:
    """The renditions to choose from, each at `<name>/index.m3u8` beside this list."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:8", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in renditions:
        about = f"BANDWIDTH={one['bandwidth']},RESOLUTION={one['width']}x{one['height']}"
        lines += [f"#EXT-X-STREAM-INF:{about}", f"{one['name']}/{NAME}"]
    return _text(lines, False)


def event_playlist(released: Released, rendition: str, credited_ms: int, duration_ms: int, now_s: float) -> str:
    """What is released of a sitting's lesson; segments before the credited position are gaps, never played again."""
    edge, first = released.edge(credited_ms), credited_ms // released.segment_ms
    below = f"{released.base}{rendition}/"
    lines = _head("EVENT", released.segment_ms, f"{below}{INIT}{released.init_query(now_s)}")
    lines.append(f"#EXT-X-START:TIME-OFFSET={credited_ms / 1000:.3f},PRECISE=YES")  # not at the edge, as a live list
    for index, query in enumerate(released.queries(0, edge, now_s)):
        lines += ["#EXT-X-GAP"] if index < first else []
        lines += [_length(index, released.segment_ms, duration_ms), f"{below}{segment_name(index)}{query}"]
    return _text(lines, edge == released.segments)


def vod_playlist(medium: Media) -> str:
    """The whole lesson in one rendition, addresses relative to the list."""
    lines = _head("VOD", medium.segment_ms, INIT)
    for index in range(medium.segments):
        lines += [_length(index, medium.segment_ms, medium.duration_ms), segment_name(index)]
    return _text(lines, True)


def _head(kind: str, segment_ms: int, init: str) -> list[str]:
    return [
        "#EXTM3U",
        "#EXT-X-VERSION:8",
        f"#EXT-X-TARGETDURATION:{-(-segment_ms // 1000)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{kind}",
        f'#EXT-X-MAP:URI="{init}"',
    ]


def _length(index: int, segment_ms: int, duration_ms: int) -> str:
    return f"#EXTINF:{min(segment_ms, duration_ms - index * segment_ms) / 1000:.3f},"


def _text(lines: list[str], ended: bool) -> str:
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])
