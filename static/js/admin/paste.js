/* global CKEDITOR */
// What comes from the clipboard goes to the server (publishing/pasting), which gives it back as markup of ours.
// Pictures that the clipboard holds are stored first. Stands after ckeditor.js in the same list of scripts.

{
  const { dataset } = document.getElementById("paste-script");
  const csrfToken = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const AT_ONCE = 3; // pictures on their way to the library

  CKEDITOR.on("instanceCreated", ({ editor }) => {
    let last = Promise.resolve(); // one paste after the other, in the order of the keys
    // Before the editor's own filters (priority 1 and later), after the command that asks for plain text (0).
    editor.on("paste", (event) => {
      const { data } = event;
      const pasted = htmlOf(editor, data);
      if (!pasted) return;
      event.cancel();
      last = last.then(() => bring(editor, data, pasted));
    }, null, null, 0.5);
  });

  // Return what is to be cleaned, or nothing if the editor deals with it: its own text, plain text, files alone.
  function htmlOf(editor, data) {
    if (data.isClean || !data.dataTransfer) return "";
    if (data.dataTransfer.getTransferType(editor) !== CKEDITOR.DATA_TRANSFER_EXTERNAL) return "";
    if (data.type === "text" || editor._.nextPasteType === "text") return "";
    return data.dataTransfer.getData("text/html", true);
  }

  async function bring(editor, data, pasted) {
    const notification = new CKEDITOR.plugins.notification(editor, { message: dataset.cleaning, type: "progress" });
    const slow = setTimeout(() => notification.show(), 400);
    const { html, refusals } = await withStoredPictures(pasted, data.dataTransfer, (share) => {
      notification.update({ message: dataset.storing, progress: share });
    });
    const answer = await cleaned(html);
    clearTimeout(slow);
    notification.hide();
    if (editor.status === "destroyed") return;
    const notes = [...(answer.notes ?? []), ...refusals];
    if (answer.html !== undefined) {
      insert(editor, { type: "html", dataValue: answer.html, isClean: true, dontFilter: true });
      if (notes.length) tell(editor, notes, "info");
      return;
    }
    // The editor's own cleaning of the same clipboard; in it the pictures that were stored are ours already.
    const clipboard = new CKEDITOR.plugins.clipboard.dataTransfer();
    clipboard.setData("text/html", html);
    insert(editor, { type: "auto", dataTransfer: clipboard, isClean: true });
    tell(editor, answer.error ? [answer.error, dataset.tidiedHere, ...notes] : [dataset.unreachable, ...notes], "warning");
  }

  function insert(editor, data) {
    const dataTransfer = new CKEDITOR.plugins.clipboard.dataTransfer();
    editor.fire("paste", { method: "paste", dataTransfer, ...data });
  }

  // Return {html, notes}, {error}, or {} if nobody answered who could (the server, or a sign-in that expired).
  async function cleaned(html) {
    const form = new FormData();
    form.append("html", new Blob([html], { type: "text/html" }), "clipboard.html");
    try {
      const response = await fetch(dataset.address, {
        method: "POST",
        headers: { "X-CSRFToken": csrfToken() },
        body: form,
        redirect: "error", // to the sign-in
      });
      return await response.json();
    } catch {
      return {};
    }
  }

  function tell(editor, sentences, type) {
    const items = sentences.map((sentence) => `<li>${CKEDITOR.tools.htmlEncode(sentence)}</li>`);
    editor.showNotification(`<ul>${items.join("")}</ul>`, type, type === "info" ? 30_000 : 0);
  }

  // ---- Pictures ----

  // Store the pictures that the clipboard holds and put the addresses of ours in their places.
  async function withStoredPictures(html, dataTransfer, onProgress) {
    const found = picturesOf(html, dataTransfer);
    if (!found.length) return { html, refusals: [] };
    const addresses = new Map(); // what stands in the markup → where it is stored
    const refusals = new Set();
    const waiting = [...found];
    let stored = 0;
    const storeSome = async () => {
      for (let picture = waiting.shift(); picture; picture = waiting.shift()) {
        const answer = await store(picture.file);
        if (answer.uploaded) addresses.set(picture.source, answer.url);
        else if (answer.error) refusals.add(`${dataset.refused} ${answer.error.message}`);
        stored += 1;
        onProgress(stored / found.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, storeSome));
    for (const { source } of found) {
      // What could not be stored is told by the server's note, and its megabytes need no second journey.
      html = html.split(source).join(addresses.get(source) ?? "about:blank");
    }
    return { html, refusals: [...refusals] };
  }

  // Return [{source, file}]: what stands in an src of the markup, and the picture itself.
  function picturesOf(html, dataTransfer) {
    const images = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("img[src]")];
    const sourceOf = (image) => image.getAttribute("src");
    const found = new Map();
    for (const image of images.filter((one) => /^data:image\/[^;,]+;base64,/i.test(sourceOf(one)))) {
      // A place holder for what is loaded later is not the picture.
      if (!image.dataset.src) found.set(sourceOf(image), fromBase64(sourceOf(image)));
    }
    const local = [...new Set(images.map(sourceOf).filter((source) => /^file:/i.test(source)))];
    // A picture that was copied by itself comes as a file beside its markup. (A file beside words is a likeness of them.)
    if (images.length === 1 && dataTransfer.getFilesCount() === 1 && isWithoutWords(html)) {
      const file = dataTransfer.getFile(0);
      if (file.type.startsWith("image/") && !found.size) return [{ source: rawSource(html, sourceOf(images[0])), file }];
    }
    const embedded = local.length ? fromRtf(dataTransfer.getData("text/rtf")) : [];
    // They can only be told apart by their order, so their number has to be the same.
    if (embedded.length === local.length) local.forEach((source, place) => found.set(source, embedded[place]));
    return [...found].filter(([, file]) => file).map(([source, file]) => ({ source: rawSource(html, source), file }));
  }

  // An address in the markup as it is written there.
  function rawSource(html, source) {
    return html.includes(source) ? source : source.replaceAll("&", "&amp;");
  }

  function isWithoutWords(html) {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    for (const element of body.querySelectorAll("style, script, title, xml")) element.remove();
    return body.textContent.trim() === "";
  }

  function fromBase64(address) {
    try {
      const [head, base64] = address.split(",", 2);
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      return file(bytes, head.slice("data:".length).split(";")[0].toLowerCase());
    } catch {
      return null;
    }
  }

  // Return the pictures of a document in Rich Text Format in their order; null for a format that nobody shows.
  // Each \pict may stand there twice, for new programs in \shppict and for old ones in \nonshppict.
  function fromRtf(rtf) {
    const pictures = [];
    for (const match of rtf.matchAll(/\{\\(nonshppict|pict)\b/g)) {
      if (match[1] === "nonshppict") continue;
      if (/\\nonshppict\s*$/.test(rtf.slice(Math.max(0, match.index - 20), match.index))) continue;
      const group = groupAt(rtf, match.index);
      const type = /\\pngblip\b/.test(group) ? "image/png" : /\\jpegblip\b/.test(group) ? "image/jpeg" : "";
      // What is neither a group inside nor a control word (\picw60) are the digits.
      const digits = withoutGroups(group.slice(1, -1)).replace(/\\[a-z]+-?\d* ?|\s/gi, "");
      pictures.push(type && digits ? file(Uint8Array.from(digits.match(/../g) ?? [], (hex) => parseInt(hex, 16)), type) : null);
    }
    return pictures;
  }

  function withoutGroups(text) {
    const rest = text.replace(/\{[^{}]*\}/g, "");
    return rest === text ? rest : withoutGroups(rest);
  }

  function groupAt(rtf, start) {
    let depth = 0;
    for (let place = start; place < rtf.length; place += 1) {
      if (rtf[place] === "{") depth += 1;
      if (rtf[place] === "}") depth -= 1;
      if (depth === 0) return rtf.slice(start, place + 1);
    }
    return rtf.slice(start);
  }

  function file(bytes, type) {
    const extension = { "image/jpeg": "jpg", "image/jpg": "jpg" }[type] ?? type.split("/")[1];
    return new File([bytes], `image.${extension}`, { type });
  }

  async function store(picture) {
    const form = new FormData();
    form.append("upload", picture, picture.name);
    try {
      const response = await fetch(dataset.upload, {
        method: "POST",
        headers: { "X-CSRFToken": csrfToken() },
        body: form,
        redirect: "error",
      });
      return await response.json();
    } catch {
      return {};
    }
  }
}
