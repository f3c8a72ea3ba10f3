// The study room: camera check, then lesson after lesson, in one document. The server decides what counts; this page
// shows it and says why when it does not.
import { CameraRoom } from "../proctoring/camera.js";
import { watchConnection } from "./awake.js";
import { Beats } from "./beats.js";
import { Board } from "./board.js";
import { Classroom } from "./classroom.js";
import { canDecode } from "./codecs.js";
import { Released } from "./loader.js";
import { openSitting } from "./opening.js";
import { Player } from "./player.js";
import { poster } from "./post.js";
import { Questions } from "./questions.js";
import { BY_CLOCK, ICONS, bare, whyEnded, whyNotOpened } from "./reasons.js";
import { remembered } from "./remembered.js";
import { later } from "./timers.js";
import { Traces } from "./traces.js";

const DRIFT_S = 5; // so far the picture may be from what is credited before it is put back
const NEARLY_MS = 2000; // missing this little at the end is the way of the messages
const OLD_MS = 120_000; // addresses are good for three minutes: after so long a pause fresh ones are asked for
const RENEW_EVERY_MS = 5_000;
const WIDE_ENOUGH = matchMedia("(min-width: 64rem)");

class Room {
  constructor() {
    this.data = JSON.parse(document.getElementById("study-data").textContent);
    this.texts = JSON.parse(document.getElementById("texts").textContent);
    this.main = document.querySelector("[data-study-room]");
    this.post = poster();
    this.board = new Board(this.main, this.data, this.texts);
    this.player = new Player(this.main.querySelector(".player"), this.texts);
    this.questions = new Questions(this.board.part("question"), this.texts, this.post);
    const session = () => this.openCamera();
    const [room, inClass] = ["[data-camera-room]", "[data-classroom]"].map((name) => document.querySelector(name));
    this.camera = inClass
      ? new Classroom(inClass, { session, state: this.data.state, texts: this.texts })
      : new CameraRoom(room, { session });
    this.traces = new Traces(this.post);
    this.bind();
  }

  bind() {
    const on = (from, name, act) => from.addEventListener(name, ({ detail }) => act(detail));
    on(this.camera, "verified", () => this.verified());
    on(this.camera, "expired", (detail) => this.expired(detail));
    on(this.camera, "replaced", () => this.stopFor("taken_over"));
    on(this.player, "playing", () => this.playing(true));
    on(this.player, "halted", () => this.playing(false));
    on(this.player, "ended", () => this.ended());
    on(this.player, "failed", () => (canDecode() ? this.stopFor("failed") : this.stopFor("codec", "")));
    on(this.player, "expired", () => this.renew());
    on(this.player, "pressed-play", () => this.freshen());
    on(this.player, "needs-press", () => this.stopFor("press", "go"));
    on(this.questions, "right", () => this.goOn());
    on(this.questions, "gone", () => this.goOn());
    on(this.questions, "late", () => this.board.state("paused_question_late"));
    on(this.board, "act", (what) => this.act(what));
    watchConnection((what) => this.connection(what));
    addEventListener("pagehide", () => this.leave());
  }

  async begin() {
    await this.camera.start();
  }

  async openCamera() {
    const response = await this.post(this.data.camera, {});
    const answer = await response.json();
    if (!response.ok) throw answer;
    this.cameraUuid = answer.uuid;
    return answer;
  }

  // The camera has seen the person: the lesson starts, or goes on.
  async verified() {
    this.camera.hide();
    this.main.hidden = false;
    await this.camera.preview(this.main.querySelector("[data-part=self]"));
    this.board.face(true);
    if (this.heldFor === "camera_expired") this.heldFor = "";
    if (!this.beats || this.beats.stopped || this.openedWith !== this.cameraUuid) await this.openLesson();
    else this.goOn();
  }

  expired(detail) {
    this.board.face(false);
    const act = detail.resumable ? "resume" : "check_again";
    const said = this.texts.paused_because.replace("{why}", detail.title);
    this.hold({ title: detail.title, help: detail.advice, act, said, name: "camera" });
  }

  async openLesson() {
    this.beats?.stop();
    this.questions.close();
    const camera = (this.openedWith = this.cameraUuid);
    const turn = (this.opening = {}); // a newer one takes over
    const broken = (detail) => this.board.offline(detail);
    const answer = await openSitting(this.post, this.data.session, camera, broken, () => turn !== this.opening);
    if (!answer || turn !== this.opening) return;
    this.board.online();
    if (!answer.ok) return this.notOpened(answer);
    this.places = answer;
    this.finishing = false;
    this.released = null;
    this.heldFor = "";
    this.board.lesson(answer.lesson);
    this.traces.follow(answer.trace);
    this.beats = new Beats(answer, this.post);
    this.listen(this.beats);
  }

  notOpened({ code }) {
    if (bare(code) === "all_complete") location.assign(this.data.here);
    else this.stopFor(...whyNotOpened(code));
  }

  listen(beats) {
    const when = (name, act) => beats.addEventListener(name, ({ detail }) => beats === this.beats && act(detail));
    when("hello", (hello) => this.hello(hello));
    when("ack", (ack) => this.ack(ack));
    when("complete", (detail) => this.complete(detail));
    when("refused", (detail) => this.refused(detail));
    when("offline", (detail) => this.offline(detail));
  }

  hello(hello) {
    this.isOffline = false;
    this.freshAt = Date.now();
    this.board.online();
    this.board.credit(hello.credited_ms);
    if (this.released) {
      this.released.add(hello);
      if (this.renewing) this.player.renew();
      this.putBack(hello.credited_ms);
    } else {
      this.released = new Released(hello);
      this.player.load(this.released, hello.credited_ms / 1000, this.places);
    }
    this.renewing = false;
    if (this.questions.open) this.board.state("paused_question");
    else this.goOn();
  }

  // Play, unless something else has to happen first.
  goOn() {
    if (!this.camera.verified || this.isOffline || this.questions.open || this.heldFor || !this.released) return;
    this.board.clear();
    this.player.lock(false);
    if (this.player.pressedPause) this.board.state("paused_not_playing");
    else this.player.play();
  }

  ack(ack) {
    this.released.add(ack);
    this.board.credit(ack.credited_ms);
    this.board.saved(ack.at);
    this.show(ack);
    if (this.finishing) this.finish(this.released.durationMs - ack.credited_ms);
    else if (ack.state === "counting") this.putBack(ack.credited_ms);
  }

  // What the server says of time.
  show({ state, ask }) {
    const reason = state.replace("paused:", "");
    if (BY_CLOCK.includes(state)) return this.heldFor === reason || this.stopFor(reason, "");
    const clockLetsGo = BY_CLOCK.includes(`paused:${this.heldFor}`);
    if (clockLetsGo) this.heldFor = "";
    if (reason === "camera.expired") return this.cameraIsOver(clockLetsGo);
    if (ask && this.camera.verified && !this.heldFor) this.ask();
    else if (this.questions.open) this.questions.gone();
    else if (clockLetsGo) this.goOn();
    // An ack that was under way when the video stopped speaks of the time before.
    else if (state === "counting" && !this.board.held && !this.player.video.paused) this.board.state("counting");
  }

  ask() {
    if (this.finishing || this.questions.open) return;
    this.board.clear();
    this.player.lock(true);
    this.board.state("paused_question");
    this.questions.ask(this.places);
  }

  // The camera's own message comes first as a rule; without it a new check is the way on.
  cameraIsOver(evenIfHeld) {
    if (this.board.held && !evenIfHeld) return;
    this.board.face(false);
    this.stopFor("camera_expired", "check_again");
  }

  putBack(creditedMs) {
    if (Math.abs(this.player.reached - creditedMs / 1000) > DRIFT_S) this.player.moveTo(creditedMs / 1000);
  }

  playing(yes) {
    if (this.finishing) return;
    if (yes && this.player.video.paused) return; // an event that was under way when something else paused it
    this.beats?.setPlaying(yes);
    if (yes) this.player.pressedPause = false;
    if (yes) this.board.state("counting");
    else if (!this.board.held && !this.questions.open && !this.isOffline) {
      this.board.state(this.player.pressedPause ? "paused_not_playing" : "paused_loading");
    }
  }

  ended() {
    this.finishing = true;
    this.beats.poke();
  }

  // The last beat of a lesson; what is missing is waited for on the last picture, or shown again if it is more.
  finish(missingMs) {
    if (missingMs <= 0) return;
    if (missingMs <= NEARLY_MS) {
      later(() => this.beats.poke(), missingMs + 100);
    } else {
      this.finishing = false;
      this.player.moveTo((this.released.durationMs - missingMs) / 1000);
      this.player.play();
    }
  }

  async complete({ all_complete: everything }) {
    this.board.lessonDone();
    if (everything) {
      this.traces.follow("");
      this.places = null;
      this.camera.stop();
      location.assign(this.data.here);
      return;
    }
    this.board.state("next");
    await this.openLesson();
  }

  refused({ code }) {
    this.traces.follow("");
    this.places = null;
    this.questions.close();
    if (bare(code) === "complete") this.openLesson();
    else this.stopFor(...whyEnded(code));
  }

  offline(detail) {
    this.isOffline = true;
    this.player.lock(true);
    this.board.offline(detail);
  }

  // "woke", "online", "offline", "network" of awake.js.
  connection(what) {
    if (!this.beats || this.beats.stopped) return;
    if (what === "offline") this.beats.reconnect();
    else this.beats.hurry(what !== "network");
  }

  // The addresses of segments are too old: a new hello carries fresh ones.
  renew() {
    if (Date.now() - (this.renewedAt ?? 0) < RENEW_EVERY_MS) return;
    this.renewedAt = Date.now();
    this.renewing = true;
    this.beats?.refresh();
  }

  freshen() {
    this.player.pressedPause = false;
    if (Date.now() - this.freshAt > OLD_MS) this.beats?.refresh();
  }

  stopFor(reason, act = "reload") {
    const { texts } = this;
    this.main.hidden = false;
    this.camera.hide();
    this.heldFor = reason;
    const [title, help] = [texts[`paused_${reason}`], texts[`paused_${reason}_help`]];
    this.hold({ title, help, act, icon: ICONS[reason] ?? "info-circle", name: reason });
  }

  hold(words) {
    this.questions.close();
    this.player.lock(true);
    this.beats?.setPlaying(false);
    this.board.hold(words);
  }

  act(what) {
    if (what === "reload") return location.reload();
    this.heldFor = "";
    this.player.pressedPause = false;
    if (what === "resume") this.camera.resume();
    else if (what === "go") this.goOn();
    else if (what === "check_again") {
      if (document.fullscreenElement) document.exitFullscreen();
      this.main.hidden = true;
      this.camera.check();
    }
  }

  leave() {
    this.traces.report();
    if (this.places && !this.beats?.stopped) this.post(this.places.end, {}, { keepalive: true });
    this.camera.stop();
  }
}

// The first visit on this computer begins with the devices. On a phone the page says what to do.
function start() {
  document.documentElement.dataset.started = ""; // for old.js: the modules run here
  if (!WIDE_ENOUGH.matches) return WIDE_ENOUGH.addEventListener("change", () => location.reload(), { once: true });
  if (document.querySelector("[data-classroom]") || remembered("devices", "")) return void new Room().begin();
  location.replace(JSON.parse(document.getElementById("study-data").textContent).test);
}

start();
