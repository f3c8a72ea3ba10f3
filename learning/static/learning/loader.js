// The playlist without requests: it is written here from what the server's answers released.

// What is released of one sitting's lesson; grows with each ack.
export class Released {
  constructor(hello) {
    this.paths = new Map();
    Object.assign(this, { init: hello.init, first: hello.first, edge: 0, total: hello.segments_total });
    Object.assign(this, { segmentMs: hello.segment_ms, durationMs: hello.duration_ms });
    this.add(hello);
  }

  // `message`: a hello or an ack; its addresses are those of the segments just below its edge.
  add(message) {
    const from = message.edge - message.segments.length;
    message.segments.forEach((path, offset) => this.paths.set(from + offset, path));
    this.edge = Math.max(this.edge, message.edge);
    this.init = message.init ?? this.init;
  }

  // Seconds from the start that may be played.
  get edgeS() {
    return Math.min(this.edge * this.segmentMs, this.durationMs) / 1000;
  }

  playlist() {
    const lines = [
      "#EXTM3U",
      "#EXT-X-VERSION:8",
      `#EXT-X-TARGETDURATION:${Math.ceil(this.segmentMs / 1000)}`,
      "#EXT-X-MEDIA-SEQUENCE:0",
      "#EXT-X-PLAYLIST-TYPE:EVENT",
      `#EXT-X-MAP:URI="${this.init}"`,
    ];
    for (let index = 0; index < this.edge; index += 1) {
      const path = this.paths.get(index);
      if (!path) lines.push("#EXT-X-GAP"); // studied before: never played again before all hours are complete
      const ms = Math.min(this.segmentMs, this.durationMs - index * this.segmentMs);
      lines.push(`#EXTINF:${(ms / 1000).toFixed(3)},`, path ?? `gap-${index}.m4s`);
    }
    if (this.edge === this.total) lines.push("#EXT-X-ENDLIST");
    return `${lines.join("\n")}\n`;
  }
}

// A loader class for hls.js that answers playlist requests out of `released()`.
export function playlistLoader(released) {
  return class {
    constructor() {
      const now = performance.now();
      const moment = () => ({ start: now, first: now, end: now });
      this.stats = {
        aborted: false, loaded: 0, retry: 0, total: 0, chunkCount: 1, bwEstimate: 0,
        loading: moment(), parsing: { start: now, end: now }, buffering: moment(),
      };
      this.context = null;
    }

    load(context, config, callbacks) {
      this.context = context;
      const data = released().playlist();
      const now = performance.now();
      Object.assign(this.stats, { loaded: data.length, total: data.length });
      Object.assign(this.stats.loading, { start: now, first: now, end: now });
      this.waiting = setTimeout(() => callbacks.onSuccess({ url: context.url, data, code: 200 }, this.stats, context, null), 0);
    }

    abort() {
      clearTimeout(this.waiting);
    }

    destroy() {
      this.abort();
    }

    getCacheAge() {
      return null;
    }

    getResponseHeader() {
      return null;
    }
  };
}
