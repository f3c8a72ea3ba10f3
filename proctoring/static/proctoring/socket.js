// The camera's socket: JSON both ways, frames as 16-byte token + JPEG, reconnecting with growing, jittered pauses.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10000;
// Codes after which coming back makes no sense.
const FINAL = new Set([4403, 4404, 4409, 4429]);

export class CameraSocket extends EventTarget {
  #path;
  #socket = null;
  #pause = FIRST_PAUSE;
  #ended = false;
  #waiting = 0;

  constructor(path) {
    super();
    this.#path = path;
    addEventListener("online", () => this.#wake());
  }

  /** Resolves with the server's first message (`camera.ready` or `error`). */
  open() {
    this.#connect();
    return new Promise((done) => {
      const first = (event) => {
        if (event.detail.type === "camera.ready" || event.detail.type === "error") {
          this.removeEventListener("message", first);
          done(event.detail);
        }
      };
      this.addEventListener("message", first);
    });
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(type) {
    if (this.isOpen) this.#socket.send(JSON.stringify({ type }));
  }

  async sendFrame(token, blob) {
    const jpeg = new Uint8Array(await blob.arrayBuffer());
    if (!this.isOpen) return;
    const message = new Uint8Array(token.length + jpeg.length);
    message.set(token);
    message.set(jpeg, token.length);
    this.#socket.send(message);
  }

  close() {
    this.#ended = true;
    this.#socket?.close();
  }

  // The network is back: do not wait for the rest of the pause.
  #wake() {
    if (this.#ended || !this.#waiting) return;
    clearTimeout(this.#waiting);
    this.#pause = FIRST_PAUSE;
    this.#connect();
  }

  #connect() {
    this.#waiting = 0;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.#path}`);
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      this.#pause = FIRST_PAUSE;
      this.dispatchEvent(new CustomEvent("message", { detail: JSON.parse(data) }));
    };
    socket.onclose = ({ code }) => {
      if (this.#ended) return;
      this.#ended = FINAL.has(code);
      this.dispatchEvent(new CustomEvent("lost", { detail: { code, final: this.#ended } }));
      if (this.#ended) return;
      this.#waiting = setTimeout(() => this.#ended || this.#connect(), this.#pause * (0.5 + Math.random()));
      this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    };
  }
}

export function tokenOf(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}
