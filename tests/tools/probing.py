"""`python -m tests.tools.probing FILE`: probe one file in a process of its own, and say what came of it and its child.

A process of its own, because the kernel keeps the largest child a process ever had, and counts what a child had before
it became ffmpeg: with a large parent both say nothing about this file.
"""

import json
import resource
import sys
import time
from pathlib import Path

from learning.media import BadMedia, probe


def main(path: str) -> None:
    began = time.monotonic()
    try:
        probe(Path(path))
        refusal = None
    except BadMedia as error:
        refusal = error.refusal
    took = time.monotonic() - began
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"refusal": refusal, "seconds": took, "largest_kib": largest}))


if __name__ == "__main__":
    main(sys.argv[1])
