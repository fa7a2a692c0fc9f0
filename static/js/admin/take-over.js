// [data-take-over]: a button that puts the other editor's words into the field whose id it names, and on a second press
// what was typed there. data-undo: what the button says in between. The words are the JSON of #their-texts.

const source = document.getElementById("their-texts");
const texts = source ? JSON.parse(source.textContent) : {};

for (const button of document.querySelectorAll("[data-take-over]")) {
  const input = document.getElementById(button.dataset.takeOver);
  if (!input || !(input.id in texts)) continue;
  const label = button.textContent;
  let typed = null;
  button.hidden = false;
  button.addEventListener("click", () => {
    const editor = window.CKEDITOR?.instances[input.id];
    const isBack = typed !== null;
    const value = isBack ? typed : texts[input.id];
    typed = isBack ? null : (editor?.getData() ?? input.value);
    if (editor) editor.setData(value);
    else input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    button.textContent = isBack ? label : button.dataset.undo;
  });
}
