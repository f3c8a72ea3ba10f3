// The playlists without requests: they are written here from what the server's answers released.

const MASTER = "index.m3u8";

// What is released of one sitting's lesson; grows with each ack.
export class Released {
  constructor(hello) {
    this.queries = new Map();
    Object.assign(this, { base: hello.base, renditions: hello.renditions, first: hello.first, edge: 0 });
    Object.assign(this, { total: hello.segments_total, segmentMs: hello.segment_ms, durationMs: hello.duration_ms });
    this.add(hello);
  }

  // `message`: a hello or an ack; its signed queries are those of the segments just below its edge.
  add(message) {
    const from = message.edge - message.segments.length;
    message.segments.forEach((query, offset) => this.queries.set(from + offset, query));
    this.edge = Math.max(this.edge, message.edge);
    this.init = message.init ?? this.init;
  }

  // Seconds from the start that may be played.
  get edgeS() {
    return Math.min(this.edge * this.segmentMs, this.durationMs) / 1000;
  }

  // `address`: of the master list, or of a rendition's below it.
  playlist(address) {
    const parts = new URL(address, location.href).pathname.split("/");
    const rendition = this.renditions.find(({ name }) => name === parts[parts.length - 2]);
    return rendition ? this.list(rendition.name) : this.master();
  }

  master() {
    const lines = ["#EXTM3U", "#EXT-X-VERSION:8", "#EXT-X-INDEPENDENT-SEGMENTS"];
    for (const { name, width, height, bandwidth } of this.renditions) {
      lines.push(`#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},RESOLUTION=${width}x${height}`, `${name}/${MASTER}`);
    }
    return `${lines.join("\n")}\n`;
  }

  list(name) {
    const base = `${this.base}${name}/`;
    const lines = [
      "#EXTM3U",
      "#EXT-X-VERSION:8",
      `#EXT-X-TARGETDURATION:${Math.ceil(this.segmentMs / 1000)}`,
      "#EXT-X-MEDIA-SEQUENCE:0",
      "#EXT-X-PLAYLIST-TYPE:EVENT",
      `#EXT-X-MAP:URI="${base}init.mp4${this.init}"`,
    ];
    for (let index = 0; index < this.edge; index += 1) {
      const query = this.queries.get(index);
      if (!query) lines.push("#EXT-X-GAP"); // studied before: never played again before all hours are complete
      const ms = Math.min(this.segmentMs, this.durationMs - index * this.segmentMs);
      lines.push(`#EXTINF:${(ms / 1000).toFixed(3)},`, `${base}${String(index).padStart(5, "0")}.m4s${query ?? ""}`);
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
      const data = released().playlist(context.url);
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
