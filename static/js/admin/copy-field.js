// [data-copy-field]: a button that copies the field whose id it names. data-copied: what it says afterwards.

const SHOWN_FOR_MS = 2400;

for (const button of document.querySelectorAll("[data-copy-field]")) {
  const field = document.getElementById(button.dataset.copyField);
  const label = button.textContent;
  field.addEventListener("focus", () => field.select());
  // Missing on plain http: then the address is marked and copied by hand.
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
    button.nextElementSibling.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, SHOWN_FOR_MS);
  });
}
