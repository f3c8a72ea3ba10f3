// Sign-in pages: kind of account, another captcha, waiting for another SMS, rules of the new password ticking live.

function setUpTabs(list) {
  const form = document.querySelector("#tab-panel form");
  list.addEventListener("tab", ({ detail: tab }) => {
    form.elements.tab.value = tab.dataset.tab;
    document.getElementById("tab-panel").setAttribute("aria-labelledby", tab.id);
    for (const hint of form.querySelectorAll("[data-only-tab]")) hint.hidden = hint.dataset.onlyTab !== tab.dataset.tab;
  });
}

/** Another challenge, the other kind of it, or the first one when somebody begins to fill the form. */
function setUpCaptcha(field) {
  const { captcha: address, kind, later } = field.dataset;
  const draw = async (wish, hold) => {
    const id = field.querySelector("[data-answer]").id;
    const response = await fetch(`${address}?kind=${wish}&id=${id}`);
    // Answered with a field also when there are too many: it says so.
    if (!response.ok && response.status !== 429) return;
    const drawn = document.createElement("template");
    drawn.innerHTML = await response.text();
    const fresh = drawn.content.querySelector("[data-captcha]");
    const answer = fresh.querySelector("[data-answer]");
    const focus = field.contains(document.activeElement) ? document.activeElement : null;
    field.replaceWith(fresh);
    setUpCaptcha(fresh);
    // Drawn for whoever is still on the way here: what had the focus in the old field has it in the new one.
    const part = ["data-refresh", "data-other"].find((name) => focus?.hasAttribute(name));
    if (!hold) answer.focus();
    else if (focus) (part ? fresh.querySelector(`[${part}]`) : answer).focus();
  };
  const again = field.querySelector("[data-refresh]");
  again.hidden = false;
  again.addEventListener("click", () => draw(kind, false));
  const other = field.querySelector("[data-other]");
  other.type = "button";
  other.addEventListener("click", () => draw(other.value, false));
  if (later === undefined) return;
  const first = (event) => {
    if (event.target.closest("[data-refresh], [data-other]")) return;
    form.removeEventListener("focusin", first);
    draw(kind, true);
  };
  const form = field.closest("form");
  form.addEventListener("focusin", first);
  if (form.contains(document.activeElement)) first({ target: document.activeElement });
}

/** The button counts down; its width is kept so that nothing jumps. */
function setUpResend(button) {
  const words = button.textContent;
  const ready = Date.now() + Number(button.dataset.resendAfter) * 1000;
  const tick = () => {
    const left = Math.ceil((ready - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.waiting.replace("{s}", left) : words;
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}

const RULES = {
  mixed: (password) => /\p{L}/u.test(password) && /\d/.test(password),
  // The server knows the numbers; here it is enough that no six digits stand in a row.
  number: (password) => password.length > 0 && !/\d{6}/.test(password),
  length: (password) => [...password].length >= 8,
};

function setUpNewPassword(form) {
  const { password, again } = form.elements;
  const differs = document.getElementById("again-differs");
  const tick = () => {
    for (const item of form.querySelectorAll("[data-rule]")) {
      item.classList.toggle("is-kept", RULES[item.dataset.rule](password.value));
    }
  };
  const compare = () => {
    const wrong = again.value !== "" && again.value !== password.value;
    differs.hidden = !wrong;
    again.toggleAttribute("aria-invalid", wrong);
    if (wrong) again.setAttribute("aria-invalid", "true");
    form.querySelector("[data-server-error]")?.remove();
  };
  password.setAttribute("aria-describedby", "rules");
  again.setAttribute("aria-describedby", "again-differs");
  password.addEventListener("input", tick);
  again.addEventListener("blur", compare);
  again.addEventListener("input", () => differs.hidden || compare());
  tick();
}

for (const list of document.querySelectorAll("[data-sign-in-tabs]")) setUpTabs(list);
for (const field of document.querySelectorAll("[data-captcha]")) setUpCaptcha(field);
for (const button of document.querySelectorAll("[data-resend-after]")) setUpResend(button);
for (const form of document.querySelectorAll("[data-new-password]")) setUpNewPassword(form);
