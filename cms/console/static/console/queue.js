/** The queue by keyboard: J and K move, Enter opens, Z undoes the last decision, / searches. */
import { onKeys, undo } from "./keys.js";

const rows = [...document.querySelectorAll("#queue [data-row]")];
let current = -1;

function move(step) {
  if (!rows.length) return false;
  rows[current]?.classList.remove("zx-current");
  current = Math.min(rows.length - 1, Math.max(0, current + step));
  rows[current].classList.add("zx-current");
  rows[current].querySelector("a").focus();
  return true;
}

onKeys({
  j: () => move(1),
  k: () => move(-1),
  z: undo,
  "/": () => document.getElementById("zx-q")?.focus(),
});
