// Says that a form is on its way and ignores a second press. data-busy: what the button says meanwhile.
// The server refuses the second submission by itself; this only spares the reader the doubt.

for (const form of document.querySelectorAll("form[data-submit-once]")) {
  const button = form.querySelector("button[type=submit]");
  const label = button.textContent;

  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.busy;
  });

  // Going back restores the page as it was left: busy.
  window.addEventListener("pageshow", () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
}
