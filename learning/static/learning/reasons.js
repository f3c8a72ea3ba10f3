// From the server's codes to the reasons that the page has words for: [name, button ("": none helps)].

// What holds a lesson until the clock lets go.
export const BY_CLOCK = ["paused:daily_cap", "paused:hours"];
export const ICONS = { offline: "wifi-off", hours: "clock", daily_cap: "clock", press: "player-play", taken_over: "device-desktop" };
const RELOAD = "reload";
const ENDED = { taken_over: RELOAD, cleared: "", suspended: "", idle: RELOAD };
const SIGNED_OUT = ["signed_out", "signin.required", "handshake.signed_out"];

export const bare = (code) => (code ?? "").replace("study.", "");

// Why a sitting is over.
export function whyEnded(code) {
  const reason = bare(code);
  if (reason in ENDED) return [reason, ENDED[reason]];
  return [SIGNED_OUT.includes(reason) ? "signed_out" : "ended", RELOAD];
}

// Why none could be opened.
export function whyNotOpened(code) {
  const reason = bare(code);
  if (reason === "camera.expired") return ["camera_expired", "check_again"];
  if (reason === "signin.required") return ["signed_out", RELOAD];
  return [["hours", "no_media"].includes(reason) ? reason : "failed", RELOAD];
}
