// The heartbeat. The server owns the clock: a beat says only which beat it is and whether the video plays from now on.
// Protocol: docs/protocol.md, section "study".
import { later, never } from "./timers.js";

const FIRST_RETRY_MS = 500;
const SOON_MS = 4_000; // a restarted server has its learners back within seconds
const SOON_TRIES = 10;
const LATER_MS = 30_000; // afterwards gently: a whole province may be waiting
const SOCKET_FAILURES = 3; // afterwards over HTTP, which gets through where sockets do not
const ANSWER_WITHIN_MS = 15_000;
const PROOF_WITHIN_MS = 4_000; // when there is reason to doubt that the connection still is one
const FRESH_MS = 2_000;

export const jittered = (ms) => ms * (0.5 + Math.random());

// How long to wait before the next try after so many failures, before jitter.
export function retryAfter(failures) {
  return failures > SOON_TRIES ? LATER_MS : Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), SOON_MS);
}

export class Beats extends EventTarget {
  // `places`: {socket, hello, beat} addresses of one sitting; `post(address, body)` answers a fetch Response.
  constructor(places, post) {
    super();
    Object.assign(this, { places, post, playing: false, waiting: false, changed: false, stopped: false, failures: 0 });
    this.heardAt = 0;
    this.connect();
  }

  // From now on the video plays or does not; said at once, because the server counts from when it hears it.
  setPlaying(playing) {
    if (playing === this.playing) return;
    this.playing = playing;
    this.changed = true;
    this.beatNow();
  }

  // Say it again now, without waiting for the next turn.
  poke() {
    this.changed = true;
    this.beatNow();
  }

  // A new hello, with fresh addresses, although nothing is broken.
  refresh() {
    if (this.stopped || this.failures) return;
    this.drop();
    this.connect();
  }

  // The connection may be gone without saying so: find out now. `surely`: do not even ask it.
  hurry(surely) {
    if (this.stopped) return;
    if (this.failures || surely) {
      this.drop();
      this.failures = 0; // another network may carry sockets again
      this.http = false;
      this.connect();
    } else if (Date.now() - this.heardAt > FRESH_MS) {
      this.poke();
      if (this.waiting) this.expect(PROOF_WITHIN_MS);
    }
  }

  stop() {
    this.stopped = true;
    this.silence();
    this.socket?.close(1000);
  }

  connect() {
    if (this.stopped) return;
    this.silence();
    if (this.http || this.failures >= SOCKET_FAILURES) return void this.overHttp(() => this.post(this.places.hello, {}));
    const url = new URL(this.places.socket, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onmessage = (event) => socket === this.socket && this.hear(JSON.parse(event.data));
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
    this.expect(ANSWER_WITHIN_MS);
  }

  // What the server says, from either way.
  hear(message) {
    never(this.deadline);
    this.waiting = false;
    this.heardAt = Date.now();
    if (message.type === "hello" || message.type === "ack") {
      this.next = { seq: message.seq, nonce: message.nonce };
      this.period = message.beat_s ? message.beat_s * 1000 : this.period;
      this.failures = 0;
      // After a hello the server takes us as not playing, whatever we said before.
      this.changed = message.type === "hello" ? this.playing : this.changed;
      this.tell(message.type, message);
      if (this.changed) this.beatNow();
      else this.beatLater();
      if (message.after) this.hear(message.after);
    } else if (message.type === "lesson_complete") {
      this.stop();
      this.tell("complete", message);
    } else if (message.fatal || message.type === "error") {
      this.stop();
      this.tell("refused", message);
    } else if (message.type === "refused") {
      this.reconnect();
    }
  }

  beatLater() {
    never(this.timer);
    this.timer = later(() => this.beatNow(), this.period * (0.95 + Math.random() * 0.1));
  }

  beatNow() {
    if (!this.next || this.waiting || this.stopped) return;
    const beat = { type: "beat", ...this.next, playing: this.playing };
    this.next = null;
    this.waiting = true;
    this.changed = false;
    never(this.timer);
    if (this.failures >= SOCKET_FAILURES || this.http) {
      this.overHttp(() => this.post(this.places.beat, beat));
    } else if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(beat));
      this.expect(ANSWER_WITHIN_MS);
    } else {
      this.reconnect(); // it is closing, and its close has not been told yet
    }
  }

  // Over HTTP the answer belongs to the connection that asked: `turn` tells an old one from the present one.
  async overHttp(send) {
    const turn = (this.turn = {});
    const mine = () => turn === this.turn && !this.stopped;
    try {
      const response = await send();
      const message = await response.json();
      if (!mine()) return;
      if (response.ok || message.type === "refused") {
        this.http = true;
        this.hear(message);
      } else if (response.status < 500) {
        this.stop();
        this.tell("refused", { code: message.code, message: message.message, fatal: true });
      } else {
        this.lost();
      }
    } catch {
      if (mine()) this.lost();
    }
  }

  expect(ms) {
    never(this.deadline);
    this.deadline = later(() => this.reconnect(), ms);
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    this.turn = null;
    socket?.close();
  }

  reconnect() {
    this.drop();
    this.lost();
  }

  lost() {
    if (this.stopped) return;
    this.silence();
    this.failures += 1;
    this.http = false;
    const wait = jittered(retryAfter(this.failures));
    this.retry = later(() => this.connect(), wait);
    this.tell("offline", { tries: this.failures, wait_s: Math.ceil(wait / 1000) });
  }

  silence() {
    for (const timer of [this.timer, this.deadline, this.retry]) never(timer);
    this.next = null;
    this.waiting = false;
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
