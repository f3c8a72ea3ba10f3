// Safari plays HLS itself. The lists come from the server (docs/protocol.md) with the same edge; Safari asks for them
// again as they grow. What it does not do is begin at our second, keep to it, or try again after an error.

const STUCK_MS = 12_000; // longer without a picture than any buffer: load again
const MOST_RELOADS = 5;
const SETTLED_S = 10; // played so far since the last reload, it has worked

// Where to stand: what is wanted, but inside what can be played. `ranges`: a TimeRanges.
export function clamped(seconds, ranges) {
  if (!ranges.length) return seconds;
  return Math.min(Math.max(seconds, ranges.start(0)), Math.max(ranges.start(0), ranges.end(ranges.length - 1) - 0.1));
}

export class Native {
  // `reached()`: the second to stand at; `failed()`: it does not work.
  constructor(video, address, { reached, failed }) {
    Object.assign(this, { video, address, reached, failed, reloads: 0, from: 0 });
    this.off = new AbortController();
    const on = (name, act) => video.addEventListener(name, act, { signal: this.off.signal });
    on("loadedmetadata", () => this.stand());
    on("error", () => this.again());
    on("waiting", () => this.watch());
    on("stalled", () => this.watch());
    on("timeupdate", () => this.moved());
    video.src = address;
  }

  stand() {
    this.from = clamped(this.reached(), this.video.seekable);
    this.video.currentTime = this.from;
    if (this.wanted) this.video.play().catch(() => {});
  }

  moved() {
    clearTimeout(this.stuck);
    if (this.video.currentTime - this.from > SETTLED_S) this.reloads = 0;
  }

  // Waiting for the edge to grow is in order; waiting for ever is not.
  watch() {
    clearTimeout(this.stuck);
    this.stuck = setTimeout(() => this.video.paused || this.again(), STUCK_MS);
  }

  again() {
    clearTimeout(this.stuck);
    this.reloads += 1;
    if (this.reloads > MOST_RELOADS) return this.failed();
    this.wanted = !this.video.paused;
    this.stuck = setTimeout(() => {
      this.video.src = this.address;
      this.video.load();
    }, 500 * this.reloads);
  }

  destroy() {
    clearTimeout(this.stuck);
    this.off.abort();
  }
}
