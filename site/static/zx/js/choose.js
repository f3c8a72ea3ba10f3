// A box that ticks all boxes of its page: `data-choose="people"` is for those of that name. Without this script it
// stays hidden, and people are ticked one by one or by the box for the whole view.

function setUp(all) {
  const boxes = [...document.querySelectorAll(`input[type="checkbox"][name="${all.dataset.choose}"]`)];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.hidden = boxes.length === 0;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}

for (const all of document.querySelectorAll("[data-choose]")) setUp(all);
