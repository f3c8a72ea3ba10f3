"""Record what the engine sees in the clips, at 10 fps, for the unit tests of the liveness rules.

python -m tests.tools.record_landmarks site/demo/faces/obama.jpg /tmp/clips tests/unit/data/landmarks.json
"""

import json
import sys
from pathlib import Path

from proctoring.engine import load_engine
from proctoring.engine.frames import decode
from tests.tools.clips import FPS, clips_of

RATE = 10


def record(frames):
    """(n, 136) whole-pixel coordinates, tracked from frame to frame as a worker does."""
    engine, near, rows = load_engine(), None, []
    for i in range(int(len(frames) / FPS * RATE)):
        _rgb, grey = decode(frames[int(i * FPS / RATE)], 640 * 480)
        boxes = engine.detect(grey, near if i % 4 else None)
        near = boxes[0] if boxes else None
        rows.append([round(float(v)) for v in engine.landmarks(grey, near).ravel()] if near else None)
    return rows


if __name__ == "__main__":
    clips = clips_of(Path(sys.argv[1]), Path(sys.argv[2]))
    series = {name: record(frames) for name, frames in clips.actions.items()}
    Path(sys.argv[3]).write_text(json.dumps(series, separators=(",", ":")))
