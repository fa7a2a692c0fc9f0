// [data-length]: an input that shows how many characters stand in it; the attribute is the sentence, with %(count)s.

for (const input of document.querySelectorAll("[data-length]")) {
  const output = document.createElement("output");
  output.htmlFor = input.id;
  output.className = "title-length";
  input.after(output);
  const show = () => {
    output.textContent = input.dataset.length.replace("%(count)s", [...input.value.trim()].length);
  };
  input.addEventListener("input", show);
  show();
}
