// Change of phone: one face check; when it has passed the camera goes off and the page says so to the server.
import { CameraRoom } from "../proctoring/camera.js";

const main = document.querySelector("[data-phone-face]");
const form = main.querySelector("form");
const token = form.elements.csrfmiddlewaretoken.value;

async function open() {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const response = await fetch(main.dataset.open, { method: "POST", headers });
  const answer = await response.json();
  if (!response.ok) throw answer;
  form.elements.camera.value = answer.uuid;
  return answer;
}

const camera = new CameraRoom(main.querySelector("[data-camera-room]"), { session: open });
camera.addEventListener("verified", () => {
  camera.stop();
  form.submit();
});
addEventListener("pagehide", () => camera.stop());
await camera.start();
