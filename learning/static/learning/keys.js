// The keyboard of the player. What the keys do stands in the help (`?`) of _player.html.

const STEP = 0.05; // of the volume
const SEEK_S = 5; // only in a replay

export function bindKeys(bar) {
  document.addEventListener("keydown", (event) => {
    const act = actOf(bar, event);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// Nothing where the key belongs to something else: a field, an open dialog, the browser.
function actOf(bar, event) {
  if (bar.root.closest("[hidden]") || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.target.closest("input, select, textarea, dialog, [role=dialog]")) return null;
  if (event.key === " " && event.target.closest("button, a, [tabindex]")) return null;
  if (event.key.startsWith("Arrow") && event.target.closest(".lessons")) return null; // the list scrolls
  const { player } = bar;
  const { video } = player;
  const always = {
    " ": () => player.toggle(),
    k: () => player.toggle(),
    f: () => bar.toggleFullscreen(),
    c: () => bar.toggleCaptions(),
    m: () => bar.toggleMute(),
    "?": () => bar.help(),
    "？": () => bar.help(), // the same key while Chinese is typed
    ArrowUp: () => bar.setVolume(video.volume + STEP),
    ArrowDown: () => bar.setVolume(video.volume - STEP),
  };
  const inReplay = {
    ArrowLeft: () => player.moveTo(video.currentTime - SEEK_S),
    ArrowRight: () => player.moveTo(video.currentTime + SEEK_S),
    Home: () => player.moveTo(0),
  };
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return always[key] ?? (player.free ? inReplay[key] : null) ?? null;
}
