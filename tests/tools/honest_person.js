// In place of the camera: a canvas that plays the clip of whatever action the page is asking for, neutral otherwise.
//
//   page.add_init_script(path="tests/tools/honest_person.js")   before the page is opened
//   page.route("**/__clips__/*", …)   answers /__clips__/<name>.json with {"fps": 15, "frames": ["<base64 JPEG>", …]}
//                                     (tests/tools/person.py does both)
//
// window.__person = { mode: "honest" | "photo" | "absent", started, unplug(), plug() }. `photo` loops the clip of a waved print whatever is
// asked. The head drifts and the light flickers a little all the time, as before a real camera.

(() => {
  const ACTIONS = ["neutral", "left", "right", "mouth", "blink", "nod"];
  const WIDTH = 640;
  const HEIGHT = 480;
  window.__person ??= { mode: "honest" };

  async function clip(name) {
    const answer = await fetch(`/__clips__/${name}.json`);
    const { fps, frames } = await answer.json();
    const pictures = frames.map(async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    });
    return { fps, pictures: await Promise.all(pictures) };
  }

  async function load(names) {
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await clip(name)])));
  }

  function asked() {
    const panel = document.querySelector("[data-panel][data-action]");
    return panel?.offsetParent ? panel.dataset.action : "";
  }

  /** Which picture to show at `now` (ms); remembers what is being played until it is done. */
  function director(clips) {
    let name = "neutral";
    let since = 0;
    let answered = "";
    return (now) => {
      const want = asked();
      if (!want) answered = "";
      if (window.__person.mode === "honest" && want && want !== answered) {
        [name, since, answered] = [want, now + 150, want]; // a moment to react
      }
      if (window.__person.mode === "photo") name = "photo_attack";
      const { fps, pictures } = clips[name];
      const index = Math.floor((Math.max(0, now - since) / 1000) * fps);
      if (index < pictures.length) return pictures[index];
      if (name !== "photo_attack") [name, since] = ["neutral", now];
      return pictures[index % pictures.length];
    };
  }

  /** Small slow movements of incommensurate periods: two pictures are never the same exposure. */
  function drift(context, seconds) {
    const wave = (period, phase) => Math.sin((2 * Math.PI * seconds) / period + phase);
    const scale = 1.06 + 0.02 * wave(47, 1) + 0.01 * wave(13.7, 2);
    context.translate(WIDTH / 2 + 9 * wave(31, 0) + 3 * wave(7.3, 3), HEIGHT / 2 + 7 * wave(23, 4) + 2 * wave(5.9, 1));
    context.rotate(0.02 * wave(37, 2));
    context.scale(scale, scale);
    context.translate(-WIDTH / 2, -HEIGHT / 2);
    context.filter = `brightness(${1 + 0.03 * wave(53, 0)})`;
  }

  let plugged = null; // the stream that a page has

  window.__person.unplug = () => {
    window.__person.unplugged = true;
    for (const track of plugged?.getTracks() ?? []) {
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }
  };
  window.__person.plug = () => {
    window.__person.unplugged = false;
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  };

  async function stream() {
    if (window.__person.unplugged) throw new DOMException("Requested device not found", "NotFoundError");
    const clips = await load(window.__person.mode === "photo" ? ["photo_attack"] : ACTIONS);
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const context = canvas.getContext("2d");
    const show = director(clips);
    const origin = Math.random() * 1000;
    const draw = () => {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.filter = "none";
      context.fillStyle = "#20262a";
      context.fillRect(0, 0, WIDTH, HEIGHT);
      if (window.__person.mode === "absent") return;
      context.save();
      drift(context, origin + performance.now() / 1000);
      context.drawImage(show(performance.now()), 0, 0, WIDTH, HEIGHT);
      context.restore();
    };
    draw();
    setInterval(draw, 1000 / 15);
    window.__person.started = true;
    plugged = canvas.captureStream(15);
    return plugged;
  }

  navigator.mediaDevices.getUserMedia = stream;
})();
