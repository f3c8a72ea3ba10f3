// Counts of what is done on the page: a hint for the hours review, never proof. No key, no position, no text is kept.
import { later, never } from "./timers.js";

const EVERY_MS = 300_000;
const SAMPLE_MS = 1_000; // at most one move of the pointer a second is counted

// Signs of a browser that nobody sits in front of; names are part of the protocol.
export function marks() {
  const found = {
    webdriver: navigator.webdriver === true,
    headless_agent: /headless/i.test(navigator.userAgent),
    no_languages: !navigator.languages?.length,
    no_plugins: navigator.plugins?.length === 0 && !/mobile|firefox/i.test(navigator.userAgent),
    no_window: outerWidth === 0 || outerHeight === 0,
    software_renderer: /swiftshader|llvmpipe|softpipe|basic render/i.test(renderer()),
  };
  return Object.keys(found).filter((name) => found[name]);
}

function renderer() {
  try {
    const context = document.createElement("canvas").getContext("webgl");
    const about = context?.getExtension("WEBGL_debug_renderer_info");
    return about ? String(context.getParameter(about.UNMASKED_RENDERER_WEBGL)) : "";
  } catch {
    return "";
  }
}

export class Traces {
  // `post(address, body, options)` as in post.js.
  constructor(post) {
    this.post = post;
    this.address = "";
    this.marks = marks();
    this.reset();
    const count = (name) => () => { this.counts[name] += 1; };
    addEventListener("pointermove", () => this.moved(), { passive: true });
    addEventListener("pointerdown", count("presses"), { passive: true });
    addEventListener("keydown", (event) => event.repeat || count("presses")());
    document.addEventListener("visibilitychange", () => this.account());
    for (const name of ["blur", "focus"]) addEventListener(name, () => this.account());
  }

  reset() {
    this.counts = { moves: 0, presses: 0, hidden: 0, blurred: 0 };
    this.since = this.accounted = Date.now();
    this.wasHidden = document.hidden;
    this.wasBlurred = !document.hasFocus();
  }

  moved() {
    const now = Date.now();
    if (now - (this.movedAt ?? 0) < SAMPLE_MS) return;
    this.movedAt = now;
    this.counts.moves += 1;
  }

  // Add the time since the last look to what the page was then.
  account() {
    const now = Date.now();
    const passed = now - this.accounted;
    if (this.wasHidden) this.counts.hidden += passed;
    else if (this.wasBlurred) this.counts.blurred += passed;
    Object.assign(this, { accounted: now, wasHidden: document.hidden, wasBlurred: !document.hasFocus() });
  }

  // Another sitting (its address; "" when there is none): what was counted belongs to the one before.
  follow(address) {
    this.report();
    this.address = address ?? "";
    this.reset();
    never(this.timer);
    if (this.address) this.timer = later(() => this.turn(), EVERY_MS);
  }

  turn() {
    this.report();
    this.timer = later(() => this.turn(), EVERY_MS);
  }

  // Say what has been counted since the last time.
  report() {
    if (!this.address) return;
    this.account();
    const { counts } = this;
    const seconds = (ms) => Math.round(ms / 1000);
    const body = {
      reported_s: seconds(Date.now() - this.since),
      moves: counts.moves,
      presses: counts.presses,
      hidden_s: seconds(counts.hidden),
      blurred_s: seconds(counts.blurred),
      marks: this.marks,
    };
    this.reset();
    if (body.reported_s) this.post(this.address, body, { keepalive: true }).catch(() => {}); // a hint may be lost
  }
}
