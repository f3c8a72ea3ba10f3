"""Prints how many minutes the tests may take on this machine: 20 on two cores of the speed we measure by.

The aim is 18, which the suite keeps by a minute; two more are for a machine not quite as quick as it measures.

A machine whose two cores are slower, or busy with something else, gets as much more as a fixed piece of work takes it
longer, measured for a few seconds before the tests; never less than 20, and never more than 45.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor

MINUTES, MOST = 20, 45
ROUNDS, REFERENCE_S = 36_000_000, 2.6  # how long both cores take for it together, when they do nothing else


def work(rounds: int) -> int:
    total = 0
    for number in range(rounds):
        total = (total * 31 + number) & 0xFFFFFF
    return total


def main() -> None:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(work, [1, 1]))  # the processes are there
        began = time.perf_counter()
        list(pool.map(work, [ROUNDS, ROUNDS]))
        slower = (time.perf_counter() - began) / REFERENCE_S
    sys.stdout.write(f"{round(min(MOST, max(MINUTES, MINUTES * slower)))}\n")


if __name__ == "__main__":
    main()
