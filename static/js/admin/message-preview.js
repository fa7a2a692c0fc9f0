// form[data-message-preview]: shows the preview anew while the text is typed, by asking for what its button would show.

const form = document.querySelector("form[data-message-preview]");
const button = form.querySelector('[name="_preview"]');
let waiting;
let asked = 0;

async function refresh() {
  const number = ++asked;
  const data = new FormData(form);
  data.set("_preview", "1");
  try {
    const response = await fetch(location.href, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector(".message-preview");
    if (response.ok && found && number === asked) {
      form.querySelector(".message-preview").replaceChildren(...found.childNodes);
    }
  } catch {
    // Without the network the button still says what is wrong.
  }
}

if (button) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 400);
  });
}
