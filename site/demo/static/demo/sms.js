// Looks for new messages and for the codes of the staff's apps every two seconds while the page is visible.
const list = document.getElementById("sms-list");

async function look() {
  if (document.hidden) return;
  const answer = await fetch(list.dataset.pollUrl, { credentials: "same-origin" });
  if (answer.ok) list.innerHTML = await answer.text();
  const codes = await fetch(list.dataset.codesUrl, { credentials: "same-origin" });
  if (codes.ok) showCodes(await codes.json());
}

function showCodes(codes) {
  for (const cell of document.querySelectorAll("[data-code-of]")) {
    cell.textContent = codes[cell.dataset.codeOf] || "······"; // a used code has to run out first
  }
}

setInterval(() => look().catch(() => {}), 2000);
