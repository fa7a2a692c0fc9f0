// Lets people check what they typed. data-show-password: id of the field; data-hide: what the button says meanwhile.

for (const button of document.querySelectorAll("[data-show-password]")) {
  const field = document.getElementById(button.dataset.showPassword);
  const label = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.textContent = isShown ? label : button.dataset.hide;
    button.setAttribute("aria-pressed", String(!isShown));
  });
}
