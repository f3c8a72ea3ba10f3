// `later` and `never` for setTimeout and clearTimeout where a minute's delay would cost a trainee time: the beats.
const acts = new Map(); // id → { act, due }
let count = 0;
let worker = null;

try {
  worker = new Worker(new URL("./ticker.js", import.meta.url));
  worker.onmessage = ({ data }) => run(data);
  worker.onerror = () => byPage();
} catch {
  worker = null; // the page's own timers have to do
}

// Returns an id for `never`.
export function later(act, ms) {
  const id = (count += 1);
  acts.set(id, { act, due: Date.now() + ms });
  arm(id, ms);
  return id;
}

export function never(id) {
  if (acts.delete(id)) worker?.postMessage({ id, ms: null });
}

function arm(id, ms) {
  if (worker) worker.postMessage({ id, ms });
  else setTimeout(() => run(id), ms);
}

function run(id) {
  const found = acts.get(id);
  acts.delete(id);
  found?.act();
}

// The worker did not load: what it was to do falls back to the page.
function byPage() {
  worker = null;
  for (const [id, { due }] of acts) arm(id, Math.max(0, due - Date.now()));
}
