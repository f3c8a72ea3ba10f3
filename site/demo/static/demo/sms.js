// Looks for new messages every two seconds while the page is visible.
const list = document.getElementById("sms-list");

async function look() {
  if (document.hidden) return;
  const answer = await fetch(list.dataset.pollUrl, { credentials: "same-origin" });
  if (answer.ok) list.innerHTML = await answer.text();
}

setInterval(() => look().catch(() => {}), 2000);
