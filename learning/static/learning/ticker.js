// Runs as a worker: a browser slows the timers of a hidden page down to one a minute, but not those of a worker.
const timers = new Map();

onmessage = ({ data: { id, ms } }) => {
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (ms === null) return;
  timers.set(id, setTimeout(() => {
    timers.delete(id);
    postMessage(id);
  }, ms));
};
