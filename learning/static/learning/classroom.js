// The classroom in place of the camera: a teacher has checked the identity. Speaks as CameraRoom does, so that the room
// need not know which of the two it has.
import { later } from "./timers.js";

const ASK_EVERY_MS = 4_000; // while nobody has checked the identity yet
const LOOK_EVERY_MS = 15_000; // while it holds: the server stops the time by itself, this only says why

export class Classroom extends EventTarget {
  #element;
  #session;
  #state;
  #texts;
  #turn = 0;

  constructor(element, { session, state, texts }) {
    super();
    this.#element = element;
    this.#session = session;
    this.#state = state;
    this.#texts = texts;
    this.verified = false;
  }

  async start() {
    return this.check();
  }

  /** Wait for the teacher, then go on. */
  async check() {
    this.#element.hidden = false;
    const turn = ++this.#turn;
    while (turn === this.#turn) {
      try {
        await this.#session();
        this.verified = true;
        this.#emit("verified", {});
        return this.#watch(turn);
      } catch (error) {
        this.#say(error.code === "attestation.missing" ? "" : (error.message ?? this.#texts.classroom_offline));
      }
      await new Promise((go) => later(go, ASK_EVERY_MS));
    }
  }

  async resume() {
    return this.check();
  }

  async preview() {}

  hide() {
    this.#element.hidden = true;
  }

  stop() {
    this.#turn += 1;
  }

  async #watch(turn) {
    while (turn === this.#turn) {
      await new Promise((go) => later(go, LOOK_EVERY_MS));
      const said = await fetch(this.#state, { cache: "no-store" })
        .then((response) => (response.ok ? response.json() : null))
        .catch(() => null);
      if (turn !== this.#turn || !said || said.attested) continue;
      this.verified = false;
      const { paused_camera_expired: title, paused_camera_expired_help: advice } = this.#texts;
      this.#turn += 1;
      this.#emit("expired", { code: "camera.attestation_over", title, advice, resumable: false });
    }
  }

  #say(words) {
    const line = this.#element.querySelector("[data-part=refused]");
    line.hidden = !words;
    line.textContent = words;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
