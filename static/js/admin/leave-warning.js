// Ask before a page with an unsaved text is left: a verb, a link or a closed window must not cost an hour's work.

const form = document.querySelector(".change-form #content-main > form[id]");
let isTouched = false;
let isSending = false;

function hasUnsavedText() {
  const editors = Object.values(window.CKEDITOR?.instances ?? {});
  return isTouched || editors.some((editor) => editor.checkDirty());
}

if (form) {
  form.addEventListener("input", () => { isTouched = true; });
  form.addEventListener("submit", () => { isSending = true; });
  // What came back with an error, or with another's version in between, is not saved either.
  if (document.querySelector(".errornote")) isTouched = true;
  window.addEventListener("beforeunload", (event) => {
    if (!isSending && hasUnsavedText()) event.preventDefault();
  });
}
