// Notices when a connection that looks open may long be gone: after sleep, another network, a plug pulled and put back,
// a long time behind other windows.
import { later } from "./timers.js";

const EVERY_MS = 5_000;
const JUMP_MS = 10_000; // so much more than `EVERY_MS` between two looks at the clock: the computer has slept

// `tell` gets "woke", "online", "offline" or "network". Returns nothing; listens as long as the page lives.
export function watchConnection(tell) {
  let last = Date.now();
  const look = () => {
    const now = Date.now();
    if (now - last > EVERY_MS + JUMP_MS) tell("woke");
    last = now;
    later(look, EVERY_MS);
  };
  later(look, EVERY_MS);
  addEventListener("online", () => tell("online"));
  addEventListener("offline", () => tell("offline"));
  addEventListener("pageshow", (event) => event.persisted && tell("woke"));
  document.addEventListener("visibilitychange", () => document.hidden || tell("network"));
  navigator.connection?.addEventListener?.("change", () => tell("network"));
}
