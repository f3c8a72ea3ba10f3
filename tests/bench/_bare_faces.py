"""The liveness frame path without its surroundings: a loop over the same frames, engine and judge, when told to.

`python -m tests.bench._bare_faces FRAMES`: FRAMES is a file of JPEGs; for each number on stdin so many frames are
judged, and the seconds it took are printed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path


def main(path: str) -> None:
    import django

    django.setup()
    from proctoring.examine import local_engine
    from proctoring.liveness import Judge
    from proctoring.sitting import Sitting
    from tests.bench.liveness import ACTIONS, RULES
    from tests.tools.clips import split

    frames, engine = split(Path(path).read_bytes()), local_engine()
    for line in sys.stdin:
        sitting = Sitting(engine, RULES, Judge(ACTIONS, RULES), [])
        began = time.perf_counter()
        for number in range(int(line)):
            sitting.frame(number / 10, frames[number % len(frames)])
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
