// Time left by the server's clock. The page counts down between two answers of the server and never decides anything:
// the deadline is the server's.

const ANNOUNCED_AT_MIN = [10, 5, 1];
const LATE_MS = 5 * 60 * 1000;

export class Clock extends EventTarget {
  /** Events: tick (remainingMs), announce (minutes), end. */
  constructor(remainingMs) {
    super();
    this.ended = false;
    this.sync(remainingMs);
    this.before = this.remainingMs;
  }

  start() {
    setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  /** The server's word, corrected only when it differs noticeably: a reply's delay must not make the seconds jump. */
  sync(remainingMs) {
    const deadline = performance.now() + remainingMs;
    if (this.deadline === undefined || Math.abs(deadline - this.deadline) > 1000) this.deadline = deadline;
  }

  get remainingMs() {
    return Math.max(0, this.deadline - performance.now());
  }

  #tick() {
    const left = this.remainingMs;
    this.#emit("tick", { remainingMs: left, late: left <= LATE_MS });
    for (const minutes of ANNOUNCED_AT_MIN) {
      const mark = minutes * 60000;
      if (this.before > mark && left <= mark) this.#emit("announce", { minutes });
    }
    this.before = left;
    if (left === 0 && !this.ended) {
      this.ended = true;
      this.#emit("end", {});
    }
    if (left > 0) this.ended = false;
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** 3492000 → "58:12"; above an hour "1:05:00". Rounded up, so that 00:00 is the end. */
export function clockFace(ms) {
  const total = Math.ceil(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const rest = `${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
