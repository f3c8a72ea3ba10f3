// Opens the next lesson of an enrolment: asks until the server answers, because it may be starting anew.
import { jittered, retryAfter } from "./beats.js";
import { later } from "./timers.js";

// What the server said, with `ok`. `address`: of open_session; `camera`: uuid of the camera session; `broken` is told
// {tries, wait_s} each time nobody answers; `givenUp()`: nobody wants it any more.
export async function openSitting(post, address, camera, broken, givenUp) {
  for (let tries = 1; !givenUp(); tries += 1) {
    const response = await post(address, { camera }).catch(() => null);
    const said = response && response.status < 500 ? await response.json().catch(() => null) : null;
    if (said) return { ok: response.ok, ...said };
    const wait = jittered(retryAfter(tries));
    broken({ tries, wait_s: Math.ceil(wait / 1000) });
    await new Promise((go) => later(go, wait));
  }
  return null;
}
