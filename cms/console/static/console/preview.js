/** The lesson's video for staff: hls.js where it runs, the browser's own player elsewhere. Nothing loads before play. */
const video = document.querySelector("[data-preview]");
const problem = document.getElementById("preview-problem");

const fail = () => {
  problem.textContent = video.dataset.failed;
  problem.hidden = false;
};

if (globalThis.Hls?.isSupported()) {
  const player = new Hls({ autoStartLoad: false, startFragPrefetch: false });
  player.on(Hls.Events.ERROR, (_event, data) => data.fatal && fail());
  player.attachMedia(video);
  player.loadSource(video.dataset.preview);
  video.addEventListener("play", () => player.startLoad(), { once: true });
} else {
  video.addEventListener("error", fail);
  video.src = video.dataset.preview;
}
