"""HLS playlists as text. The page's own loader (`loader.js`) writes the same list from the acks."""

from learning.media import INIT, segment_name
from learning.models import Media
from learning.protocol import Released


def event_playlist(released: Released, credited_ms: int, duration_ms: int, now_s: float) -> str:
    """What is released of a sitting's lesson; segments before the credited position are gaps, never played again."""
    edge, first = released.edge(credited_ms), credited_ms // released.segment_ms
    lines = _head("EVENT", released.segment_ms, released.init_path(now_s))
    for index, path in enumerate(released.paths(0, edge, now_s)):
        lines += ["#EXT-X-GAP"] if index < first else []
        lines += [_length(index, released.segment_ms, duration_ms), path]
    return _text(lines, edge == released.segments)


def vod_playlist(medium: Media) -> str:
    """The whole lesson, addresses relative to the list."""
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
