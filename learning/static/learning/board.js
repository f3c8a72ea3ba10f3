// What the page says around the video: state line, hours, list of lessons, the words over a held lesson.
import { clock } from "./bar.js";

const shownTime = new Intl.DateTimeFormat("zh-CN", { timeStyle: "medium", hourCycle: "h23", timeZone: "Asia/Shanghai" });
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

export class Board extends EventTarget {
  constructor(root, data, texts) {
    super();
    this.root = root;
    this.texts = texts;
    this.required = data.hours_required;
    this.hours = data.hours;
    this.lessons = new Map(data.lessons.map((lesson) => [lesson.id, lesson]));
    this.held = false;
    const button = this.part("act");
    button?.addEventListener("click", () => this.dispatchEvent(new CustomEvent("act", { detail: button.dataset.act })));
    this.drawHours();
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  line(id) {
    return this.root.querySelector(`[data-lesson="${id}"]`);
  }

  // Which lesson is on; its line is marked and scrolled to.
  lesson(id) {
    this.current = this.lessons.get(id);
    document.querySelector("[data-part=heading]").textContent = filled(this.texts.lesson_title, this.current);
    for (const line of this.root.querySelectorAll("[data-lesson]")) {
      const on = Number(line.dataset.lesson) === id;
      line.classList.toggle("is-current", on);
      if (on) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      if (on) line.scrollIntoView({ block: "nearest" });
    }
  }

  credit(ms) {
    this.current.credited_ms = ms;
    if (this.held) this.part("pause-kept").textContent = this.kept();
    this.drawShare(this.current);
    this.drawHours();
  }

  // How far one lesson is; a bar only where it is begun and not done.
  drawShare({ id, credited_ms: done, duration_ms: all }) {
    const bar = this.line(id).querySelector("progress");
    const percent = all ? Math.min(100, Math.floor((100 * done) / all)) : 0;
    bar.hidden = percent === 0 || percent === 100;
    bar.value = percent;
    bar.textContent = `${percent}%`;
  }

  drawHours() {
    const lessons = [...this.lessons.values()];
    const hours = lessons.reduce((sum, one) => sum + (one.hours * one.credited_ms) / (one.duration_ms || 1), 0);
    const undone = lessons.filter((one) => !one.done);
    const tenths = Math.floor(Math.min(hours, this.required) * 10 + 1e-6) / 10;
    const percent = undone.length ? Math.min(99, Math.floor((100 * hours) / this.required)) : 100;
    this.root.querySelector(".ring-label strong").textContent = tenths.toFixed(1);
    this.root.querySelector(".ring-value").setAttribute("stroke-dasharray", `${percent} 100`);
    const counts = { done: lessons.length - undone.length, all: lessons.length };
    this.part("done").textContent = filled(this.texts.lessons_done, counts);
    this.part("left").textContent = this.leftOf(undone);
  }

  // 还剩 12 小时 30 分钟，约 17 学时: of the lessons that are not done, never rounded down to less than it is.
  leftOf(lessons) {
    const ms = lessons.reduce((sum, one) => sum + Math.max(0, one.duration_ms - one.credited_ms), 0);
    const study = lessons.reduce((sum, one) => sum + one.hours * (1 - one.credited_ms / (one.duration_ms || 1)), 0);
    if (!lessons.length) return "";
    const minutes = Math.max(1, Math.ceil(ms / 60_000));
    const words = minutes < 60 ? this.texts.left_minutes : this.texts.left;
    const shown = Math.ceil(study * 10 - 1e-6) / 10;
    return filled(words, { hours: Math.floor(minutes / 60), minutes: minutes % 60, study: shown });
  }

  lessonDone() {
    this.current.done = true;
    this.current.credited_ms = this.current.duration_ms;
    const line = this.line(this.current.id);
    line.classList.add("is-done");
    line.querySelector(".lesson-mark").replaceChildren(this.root.querySelector("template").content.cloneNode(true));
    this.drawShare(this.current);
    this.drawHours();
  }

  // `name`: a key of the texts. The line is announced, so it changes only when the state does.
  state(name) {
    this.stateWords(name, this.texts[name], name !== "counting");
  }

  stateWords(name, words, paused) {
    const line = this.part("state");
    line.closest(".state-line").classList.toggle("is-paused", paused);
    line.dataset.state = name;
    const said = line.querySelector("strong");
    if (said.textContent !== words) said.textContent = words;
  }

  saved(at) {
    const line = this.part("saved");
    line.hidden = false;
    line.querySelector("span").textContent = filled(this.texts.saved, { time: shownTime.format(new Date(at)) });
  }

  face(seen) {
    const view = this.part("self").closest(".self-view");
    view.classList.toggle("is-lost", !seen);
    view.querySelector("figcaption span").textContent = seen ? this.texts.in_view : this.texts.not_in_view;
    turn(view.querySelector("use"), seen ? "circle-check" : "alert-circle");
  }

  // Over the picture: what happened, what is safe, what to do. `act`: "" when there is nothing to press.
  hold({ title, help, act, icon = "user", name = "held", said = title }) {
    this.held = true;
    this.part("pause-title").textContent = title;
    this.part("pause-help").textContent = filled(help ?? "", this.hours);
    this.part("pause-kept").textContent = this.kept();
    turn(this.part("pause").querySelector(".pause-mark use"), icon);
    const button = this.part("act");
    button.hidden = !act;
    button.dataset.act = act;
    button.querySelector("span").textContent = this.texts[act] ?? "";
    this.part("pause").hidden = false;
    this.part("pause").dataset.reason = name;
    this.stateWords("held", said, true);
    if (act) button.focus();
  }

  kept() {
    if (!this.current?.credited_ms) return "";
    const [minutes, seconds] = clock(this.current.credited_ms / 1000).split(":").map(Number);
    return filled(minutes ? this.texts.kept : this.texts.kept_seconds, { minutes, seconds });
  }

  clear() {
    this.held = false;
    this.part("pause").hidden = true;
    this.state("paused_loading");
  }

  // The connection is broken: `tries` so far, the next one in `wait_s` seconds.
  offline({ tries, wait_s: seconds }) {
    const banner = this.part("offline");
    const words = navigator.onLine ? this.texts.offline_retry : this.texts.offline_network;
    banner.querySelector("span").textContent = filled(words, { tries, seconds });
    banner.hidden = false;
    if (!this.held) this.state("paused_offline");
  }

  online() {
    this.part("offline").hidden = true;
  }
}

function turn(use, icon) {
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${icon}`));
}
