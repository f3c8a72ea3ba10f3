// The second factor's pages: copy the key or the codes, keep the codes as a file. Nothing leaves the page.

const linesOf = (id) => {
  const holder = document.getElementById(id);
  const items = [...holder.querySelectorAll("li")];
  return items.length ? items.map((item) => item.textContent.trim()).join("\n") : holder.textContent.replace(/\s/g, "");
};

function setUpCopy(button) {
  if (!navigator.clipboard) return; // no secure context: the text is there to be selected
  const words = button.querySelector("span");
  const before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(linesOf(button.dataset.copy));
    words.textContent = button.dataset.done;
    setTimeout(() => (words.textContent = before), 2000);
  });
}

function setUpDownload(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([`${linesOf(button.dataset.download)}\n`], { type: "text/plain" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: button.dataset.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
}

for (const button of document.querySelectorAll("[data-copy]")) setUpCopy(button);
for (const button of document.querySelectorAll("[data-download]")) setUpDownload(button);
