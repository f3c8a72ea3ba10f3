// The number of an identity document while it is typed: in groups, counted, its date and its form looked at. What the
// last digit ought to be is never said; the server checks everything again.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";
const PERMIT = /^8[123]/;

const texts = JSON.parse(document.getElementById("texts").textContent);
const say = (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

/** What people type → bare capitals and digits, as the server does it. */
function bare(text) {
  return text.normalize("NFKC").replace(/[\s.\-]/g, "").toUpperCase();
}

function isDate(digits) {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date <= new Date();
}

function fits(number) {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  return CHECKS[sum % 11] === number[17];
}

/** `{ groups, said, state }` of a number so far; `state` is "", "ok" or "bad". */
export function look(kind, typed) {
  const number = bare(typed);
  if (kind === "passport") return { groups: number, said: say("passport"), state: "" };
  const groups = [number.slice(0, 6), number.slice(6, 14), number.slice(14)].filter(Boolean).join(" ");
  const bad = (said) => ({ groups, said, state: "bad" });
  if (!/^\d{0,17}$|^\d{17}[\dX]\d*$/.test(number)) return bad(say("letters"));
  if (number.length > 18) return bad(say("tooMany", { n: number.length - 18 }));
  if (number.length >= 2 && PERMIT.test(number) !== (kind === "residence_permit")) {
    return bad(say(kind === "residence_permit" ? "noPermit" : "permit"));
  }
  if (number.length >= 14 && !isDate(number.slice(6, 14))) return bad(say("noDate"));
  const born = { year: number.slice(6, 10), month: Number(number.slice(10, 12)), day: Number(number.slice(12, 14)) };
  const parts = number.length >= 14 ? [say("born", born)] : [];
  if (number.length < 18) return { groups, said: [...parts, say("missing", { n: 18 - number.length })].join(" · "), state: "" };
  return fits(number) ? { groups, said: [...parts, say("right")].join(" · "), state: "ok" } : bad(say("wrong"));
}

function setUp(form) {
  const { number } = form.elements;
  const echo = form.querySelector("[data-echo]");
  const kind = () => form.querySelector('input[name="kind"]:checked')?.value ?? "resident_id";
  const update = () => {
    for (const part of form.querySelectorAll("[data-only-kind]")) part.hidden = part.dataset.onlyKind !== kind();
    echo.hidden = number.value.trim() === "";
    const { groups, said, state } = look(kind(), number.value);
    echo.querySelector("[data-groups]").textContent = groups;
    // The server's sentence stands below until something is typed; one of them is enough.
    echo.querySelector("[data-said]").textContent = form.querySelector("[data-server-error]") ? "" : said;
    echo.dataset.state = state;
  };
  number.addEventListener("input", () => {
    form.querySelector("[data-server-error]")?.remove();
    number.removeAttribute("aria-invalid");
    update();
  });
  for (const radio of form.querySelectorAll('input[name="kind"]')) radio.addEventListener("change", update);
  update();
}

for (const form of document.querySelectorAll("[data-document]")) setUp(form);
