// A box in the head of a table that ticks all boxes of the name in data-check-all; without scripts it is not there.

for (const all of document.querySelectorAll("[data-check-all]")) {
  const boxes = [...all.form.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)];
  all.hidden = boxes.length < 2;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  for (const box of boxes) {
    box.addEventListener("change", () => { all.checked = boxes.every((one) => one.checked); });
  }
}
