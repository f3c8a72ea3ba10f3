// All hours are complete: any lesson, as often and in whatever way one likes. Nothing is counted here.
import { Player } from "./player.js";

document.documentElement.dataset.started = ""; // for old.js: the modules run here
const data = JSON.parse(document.getElementById("study-data").textContent);
const texts = JSON.parse(document.getElementById("texts").textContent);
const root = document.querySelector("[data-study-room]");
const player = new Player(root.querySelector(".player"), texts);
const part = (name) => root.querySelector(`[data-part=${name}]`);
const [slider, speed] = [part("slider"), part("speed").querySelector("select")];

function show(id, play) {
  const lesson = data.lessons.find((one) => one.id === id);
  const heading = texts.lesson_title.replace("{order}", lesson.order).replace("{title}", lesson.title);
  document.querySelector("[data-part=heading]").textContent = heading;
  for (const button of root.querySelectorAll("[data-show]")) {
    const on = Number(button.dataset.show) === id;
    button.closest("li").classList.toggle("is-current", on);
    if (on) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  player.replay(`${data.here}lessons/${id}/index.m3u8`, lesson.duration_ms, lesson.captions);
  player.video.defaultPlaybackRate = Number(speed.value); // a new lesson keeps the speed
  slider.max = lesson.duration_ms / 1000;
  slider.value = 0;
  if (play) player.play();
}

// After a lesson the next one follows; after the last one it ends.
function next() {
  const on = Number(root.querySelector("[data-show][aria-current]").dataset.show);
  const following = data.lessons[data.lessons.findIndex((one) => one.id === on) + 1];
  if (following) show(following.id, true);
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (button) show(Number(button.dataset.show), true);
});
slider.addEventListener("input", () => player.moveTo(Number(slider.value)));
speed.addEventListener("change", () => { player.video.playbackRate = Number(speed.value); });
player.video.addEventListener("timeupdate", () => { slider.value = player.video.currentTime; });
player.addEventListener("ended", next);
player.addEventListener("failed", () => { part("failed").hidden = false; });

show(data.lessons[0].id, false);
