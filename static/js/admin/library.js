/* global CKEDITOR, judgeFile, sendForm */
// The media library beside the text: choose what is there, bring what is not, and say what it shows before it is inserted.
// Stands after ckeditor.js and upload.js in the same list of scripts (publishing.richtext); its options are files.dialog's.

{
  const options = JSON.parse(document.getElementById("library-script").dataset.options);
  const words = options.words;
  let serial = 0;
  let sending = Promise.resolve(); // uploads go one after the other

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  const button = (label, onclick, attributes = {}) => element("button", { type: "button", onclick, ...attributes }, label);
  const say = (sentence, values) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), sentence);

  // Ask the server for a page of the library, or fail with an Error in words as sendForm does.
  async function askFor(query) {
    let response;
    try {
      response = await fetch(`${options.choose}?${new URLSearchParams(query)}`);
    } catch {
      throw new Error(words.offline);
    }
    if (response.redirected || response.status === 403) throw Object.assign(new Error(words.signedOut), { isSignedOut: true });
    if (!response.ok) throw new Error(words.fault.replace("{status}", response.status));
    const answer = await response.json();
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  // What went wrong (an Error), with a way to sign in where that helps.
  function explain(error) {
    const sentence = element("p", { class: "library-error" }, error.message);
    if (error.isSignedOut) {
      sentence.append(" ", element("a", { href: options.signIn, target: "_blank", rel: "noopener" }, words.signIn));
    }
    return sentence;
  }

  // -- The dialog -----------------------------------------------------------------------------------------------------

  class LibraryDialog {
    // insert(answers): called with what the server says of each chosen asset, in order. chosenText: what is selected in
    // the text, to become the words of a link.
    constructor({ insert, onClose, chosenText = "", isEditing = false }) {
      this.insert = insert;
      this.chosenText = chosenText;
      this.isEditing = isEditing;
      this.cards = [];
      this.kind = "";
      this.build();
      this.root.addEventListener("close", () => {
        for (const card of this.cards) card.stop();
        this.root.remove();
        onClose();
      });
      document.body.append(this.root);
      this.root.showModal();
    }

    build() {
      this.search = element("input", { type: "search", placeholder: words.search, "aria-label": words.search });
      // On a telephone the keyboard would cover what is there.
      this.search.autofocus = matchMedia("(pointer: fine)").matches;
      this.search.addEventListener("input", () => {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => this.load(), 300);
      });
      this.kinds = ["", "image", "video", "document"].map((kind) =>
        button(words[kind || "all"], () => this.chooseKind(kind), { "data-kind": kind, "aria-pressed": String(!kind) }),
      );
      this.status = element("p", { class: "library-status", role: "status" });
      this.grid = element("ul", { class: "library-grid", onkeydown: (event) => this.moveInGrid(event) });
      this.more = button(words.more, () => this.load({ isMore: true }), { class: "button library-more", hidden: true });
      this.picker = element("input", { type: "file", multiple: true, accept: options.accept, class: "library-file" });
      this.picker.addEventListener("change", () => {
        this.bring([...this.picker.files]);
        this.picker.value = "";
      });
      this.drop = element(
        "div",
        { class: "library-drop" },
        element("label", { class: "button" }, this.picker, words.uploadFiles),
        element("p", {}, words.uploadHint),
      );
      this.list = element("ul", { class: "library-cards" });
      this.emptyTray = element("p", { class: "library-empty" }, words.trayEmpty);
      this.problem = element("p", { class: "library-error", role: "alert" });
      this.news = element("p", { class: "library-news", "aria-live": "polite" });
      const heading = element("h2", { id: "library-heading" }, words.library);
      this.root = element(
        "dialog",
        { class: "library", "aria-labelledby": "library-heading" },
        element("div", { class: "library-head" }, heading, button("×", () => this.root.close(), { "aria-label": words.close })),
        element(
          "div",
          { class: "library-body" },
          element(
            "section",
            { class: "library-shelf", "aria-label": words.files },
            this.search,
            element("div", { class: "library-kinds", role: "group", "aria-label": words.kind }, ...this.kinds),
            this.status,
            this.grid,
            this.more,
          ),
          element(
            "section",
            { class: "library-tray", "aria-label": words.tray },
            this.drop,
            element("h3", {}, words.tray),
            this.emptyTray,
            this.list,
          ),
        ),
        element(
          "div",
          { class: "library-foot" },
          this.problem,
          button(words.cancel, () => this.root.close(), { class: "button quiet" }),
          button(this.isEditing ? words.apply : words.insert, () => this.finish(), { class: "button default" }),
        ),
        this.news,
      );
      this.root.classList.toggle("is-editing", this.isEditing);
      // Anywhere in the window: a file that misses its mark must not replace the page.
      this.root.addEventListener("dragover", (event) => {
        event.preventDefault();
        this.root.classList.add("is-awaiting");
      });
      this.root.addEventListener("dragleave", (event) => {
        if (!this.root.contains(event.relatedTarget)) this.root.classList.remove("is-awaiting");
      });
      this.root.addEventListener("drop", (event) => {
        event.preventDefault();
        this.root.classList.remove("is-awaiting");
        this.bring([...event.dataTransfer.files]);
      });
    }

    // -- What the library has

    chooseKind(kind) {
      this.kind = kind;
      for (const each of this.kinds) each.setAttribute("aria-pressed", String(each.dataset.kind === kind));
      return this.load();
    }

    async load({ isMore = false } = {}) {
      const asked = (this.asked = Symbol("newest question"));
      const typed = this.search.value.trim();
      const query = { words: typed, kind: this.kind, ...(isMore && { before: this.last }) };
      this.status.replaceChildren(words.loading);
      try {
        const answer = await askFor(query);
        if (asked !== this.asked) return;
        if (!isMore) this.grid.replaceChildren();
        const fresh = answer.assets.map((asset) => this.shelve(asset));
        this.grid.append(...fresh);
        this.last = answer.assets.at(-1)?.pk;
        this.more.hidden = !answer.has_more;
        this.drop.hidden = !answer.may_add;
        const count = this.grid.childElementCount;
        if (count) this.status.replaceChildren(say(words.shown, { count }));
        else this.status.replaceChildren(typed ? say(words.nothingFound, { words: typed }) : words.empty);
        if (isMore) fresh[0]?.firstChild.focus();
      } catch (error) {
        if (asked !== this.asked) return;
        this.status.replaceChildren(explain(error), button(words.retry, () => this.load({ isMore }), { class: "button" }));
      }
    }

    // Return the place of ``asset`` in the grid.
    shelve(asset) {
      const picture = asset.thumbnail
        ? element("img", { src: asset.thumbnail, alt: "", loading: "lazy" })
        : element("span", { class: "library-chip" }, asset.extension);
      const place = button("", () => this.choose(asset), {
        "data-pk": asset.pk,
        "aria-pressed": String(this.cards.some((card) => card.asset?.pk === asset.pk)),
      });
      const kind = asset.kind === "video" && asset.thumbnail ? [element("span", { class: "library-kind" }, asset.extension)] : [];
      place.append(
        element("span", { class: "library-picture" }, picture, ...kind),
        element("span", { class: "library-title" }, asset.title),
        element("span", { class: "library-facts" }, ...asset.facts.map((fact) => element("span", {}, fact))),
      );
      return element("li", {}, place);
    }

    moveInGrid(event) {
      const places = [...this.grid.querySelectorAll("button")];
      const at = places.indexOf(document.activeElement);
      const columns = places.filter((place) => place.offsetTop === places[0].offsetTop).length;
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
      if (at < 0 || !step || !places[at + step]) return;
      event.preventDefault();
      places[at + step].focus();
    }

    choose(asset) {
      if (this.awaitingPoster) {
        if (asset.kind === "image") this.awaitingPoster.takePoster(asset);
        return;
      }
      if (this.isEditing) return;
      const card = this.cards.find((each) => each.asset?.pk === asset.pk);
      if (card) card.remove();
      else this.add(new Card(this, { asset }));
    }

    // Let the next picture that is chosen be the poster of ``card``; none, if null.
    awaitPoster(card) {
      this.awaitingPoster = card;
      this.root.classList.toggle("is-choosing-poster", Boolean(card));
      if (!card) return;
      this.announce(words.posterChoose);
      this.chooseKind("image").then(() => this.grid.querySelector("button")?.focus());
    }

    // -- What is to be inserted

    bring(files) {
      if (this.isEditing || this.drop.hidden) return;
      for (const file of files) this.add(new Card(this, { file }));
    }

    add(card) {
      this.cards.push(card);
      this.list.append(card.root);
      this.refresh();
      card.focus();
    }

    refresh() {
      this.emptyTray.hidden = this.cards.length > 0;
      this.problem.textContent = "";
      const chosen = new Set(this.cards.map((card) => card.asset?.pk));
      for (const place of this.grid.querySelectorAll("button")) {
        place.setAttribute("aria-pressed", String(chosen.has(Number(place.dataset.pk))));
      }
    }

    announce(sentence) {
      this.news.textContent = sentence;
    }

    async finish() {
      const states = new Set(this.cards.map((card) => card.state));
      this.problem.textContent = !this.cards.length
        ? words.nothingChosen
        : states.has("sending")
          ? words.stillUploading
          : states.has("failed")
            ? words.failedUploads
            : "";
      if (this.problem.textContent) return;
      try {
        const answers = [];
        for (const card of this.cards) answers.push(await card.settle());
        if (answers.every(Boolean)) {
          this.root.close();
          this.insert(answers);
        } else {
          this.problem.textContent = words.check;
          this.list.querySelector("[aria-invalid=true]")?.focus();
        }
      } catch (error) {
        this.problem.replaceChildren(...explain(error).childNodes);
      }
    }
  }

  // -- One file of the tray: on its way, failed, or ready to be described -----------------------------------------------

  class Card {
    constructor(dialog, { asset = null, file = null, said = null, poster = null }) {
      this.dialog = dialog;
      this.file = file;
      this.said = said; // what a text says of the asset already
      this.poster = poster;
      this.root = element("li", { class: "library-card" });
      if (asset) this.show(asset);
      else this.send();
    }

    get name() {
      return this.file?.name ?? this.asset.title;
    }

    focus() {
      if (this.dialog.cards.length === 1 || this.asset) (this.words ?? this.root.querySelector("button"))?.focus();
    }

    stop() {
      this.state = "removed";
      this.cancelling?.abort();
    }

    remove() {
      if (this.state === "sending") this.dialog.announce(say(words.cancelled, { name: this.name }));
      this.stop();
      if (this.dialog.awaitingPoster === this) this.dialog.awaitPoster(null);
      this.root.remove();
      this.dialog.cards = this.dialog.cards.filter((card) => card !== this);
      this.dialog.refresh();
      this.dialog.picker.focus();
    }

    head(...children) {
      const closing = this.dialog.isEditing
        ? []
        : [button(this.state === "sending" ? words.cancel : words.remove, () => this.remove(), { class: "library-link" })];
      return element("div", { class: "library-card-head" }, ...children, element("strong", {}, this.name), ...closing);
    }

    // -- On its way

    send() {
      const refusal = judgeFile(this.file, options);
      if (refusal) {
        this.fail(new Error(refusal), { isFinal: true });
        return;
      }
      this.state = "sending";
      const bar = element("progress", { max: 100, value: 0, "aria-label": say(words.uploadOf, { name: this.name }) });
      const figure = element("span", {}, words.waiting);
      this.root.replaceChildren(this.head(), bar, figure);
      this.cancelling = new AbortController();
      const onProgress = (share) => {
        bar.value = 100 * share;
        figure.textContent = share < 1 ? say(words.progress, { percent: Math.floor(100 * share) }) : words.storing;
      };
      sending = sending.then(async () => {
        if (this.state !== "sending") return;
        try {
          const fields = { size: this.file.size, upload: this.file };
          const { asset } = await sendForm(options.upload, fields, options, { onProgress, signal: this.cancelling.signal });
          if (this.state !== "sending") return;
          this.dialog.announce(say(words.uploaded, { name: this.name }));
          this.show(asset);
          this.dialog.load();
        } catch (error) {
          if (!error.isCancelled) this.fail(error);
        }
      });
    }

    fail(error, { isFinal = false } = {}) {
      this.state = "failed";
      const sentence = explain(error);
      sentence.setAttribute("role", "alert");
      const again = isFinal ? [] : [button(words.retry, () => this.send(), { class: "button" })];
      this.root.replaceChildren(this.head(), sentence, ...again);
    }

    // -- Ready

    show(asset) {
      this.state = "ready";
      this.asset = asset;
      this.poster ??= asset.poster;
      const before = {
        image: asset.description,
        document: this.dialog.chosenText || asset.title,
        video: asset.description,
      };
      this.words = element("input", { type: "text", maxlength: 200, value: this.said ?? before[asset.kind] });
      const labels = { image: words.alternative, document: words.linkText, video: words.videoText };
      const hints = { image: words.alternativeHint, document: words.linkHint };
      const parts = [this.field(labels[asset.kind], this.words, hints[asset.kind])];
      if (asset.kind === "image") {
        this.decorative = element("input", { type: "checkbox", onchange: () => this.dimWords() });
        this.decorative.checked = asset.is_decorative;
        parts.push(element("label", { class: "library-check" }, this.decorative, words.decorative));
        this.dimWords();
      }
      if (asset.kind === "video") {
        this.posterField = element("fieldset", { class: "library-poster" });
        parts.push(this.posterField);
        this.showPoster();
      }
      const mark = asset.kind === "image" ? [element("img", { src: asset.thumbnail, alt: "" })] : [];
      this.root.replaceChildren(this.head(...mark), ...parts);
      this.dialog.refresh();
    }

    field(label, input, hint = "") {
      const id = `library-field-${(serial += 1)}`;
      const problem = element("p", { id: `${id}-problem`, class: "library-error" });
      input.id = id;
      input.setAttribute("aria-describedby", `${id}-problem ${id}-hint`);
      return element(
        "div",
        { class: "library-field" },
        element("label", { for: id }, label),
        problem,
        input,
        element("p", { id: `${id}-hint`, class: "library-hint" }, hint),
      );
    }

    dimWords() {
      this.words.disabled = this.decorative.checked;
    }

    // Ask the server whether the words will do, and give what is to be inserted; null, with the errors shown, if not.
    async settle() {
      const fields = { words: this.words.value, poster: this.poster?.pk ?? "" };
      if (this.decorative?.checked) fields.decorative = 1;
      const address = options.putIntoText.replace("/0/", `/${this.asset.pk}/`);
      const answer = await sendForm(address, fields, options);
      const errors = answer.errors ?? {};
      this.words.setAttribute("aria-invalid", String(Boolean(errors.words)));
      document.getElementById(`${this.words.id}-problem`).textContent = errors.words ?? "";
      if (this.posterProblem) this.posterProblem.textContent = errors.poster ?? "";
      return answer.errors ? null : answer;
    }

    // -- The poster of a video

    takePoster(picture) {
      this.poster = picture;
      this.dialog.awaitPoster(null);
      this.showPoster();
      this.posterField.querySelector("button")?.focus();
    }

    showPoster() {
      this.posterProblem = element("p", { class: "library-error", role: "alert" });
      const legend = element("legend", {}, words.poster);
      const hint = element("p", { class: "library-hint" }, words.posterHint);
      const player = element("video", {
        src: this.asset.src,
        controls: true,
        muted: true,
        preload: "metadata",
        "aria-label": this.asset.title,
      });
      const fromFrame = button(words.posterFromFrame, () => this.takeFrame(player), { class: "button", disabled: true });
      player.addEventListener("loadeddata", () => { fromFrame.disabled = false; });
      player.addEventListener("error", () => {
        player.replaceWith(element("p", { class: "library-hint" }, words.unplayable));
        fromFrame.remove();
      });
      const fromLibrary = button(words.posterFromLibrary, () => this.dialog.awaitPoster(this), { class: "button" });
      const picker = element("input", { type: "file", accept: options.acceptPicture, class: "library-file" });
      picker.addEventListener("change", () => this.sendPoster(picker.files[0]));
      const upload = element("label", { class: "button" }, picker, words.posterUpload);
      const shown = this.poster
        ? [element("img", { class: "library-frame", src: this.poster.thumbnail, alt: "" })]
        : [];
      const ways = element("div", { class: "library-ways" }, fromFrame, fromLibrary, ...(this.dialog.drop.hidden ? [] : [upload]));
      this.posterField.replaceChildren(legend, hint, this.posterProblem, ...shown, player, ways);
    }

    takeFrame(player) {
      const canvas = element("canvas", { width: player.videoWidth, height: player.videoHeight });
      canvas.getContext("2d").drawImage(player, 0, 0);
      const name = `${this.asset.title}-${words.poster}.jpg`;
      canvas.toBlob((content) => this.sendPoster(new File([content], name, { type: "image/jpeg" })), "image/jpeg", 0.9);
    }

    async sendPoster(file) {
      const refusal = judgeFile(file, options);
      this.posterProblem.textContent = refusal || words.posterWaits;
      if (refusal) return;
      try {
        // A poster says nothing that the words about its video do not say.
        const fields = { size: file.size, decorative: 1, upload: file };
        this.takePoster((await sendForm(options.upload, fields, options)).asset);
      } catch (error) {
        this.posterProblem.replaceChildren(...explain(error).childNodes);
      }
    }
  }

  // -- The editor -------------------------------------------------------------------------------------------------------

  // Return the markup (str) of what the server answered for the chosen assets.
  function markup(answers) {
    const made = answers.map((answer) => {
      const { src, width, height } = answer;
      if (answer.kind === "document") return element("a", { href: src }, answer.words);
      if (answer.kind === "image") {
        const role = answer.is_decorative ? { role: "presentation" } : {};
        return element("img", { src, alt: answer.words, ...role, width, height });
      }
      const poster = answer.poster.src;
      const video = element("video", { src, poster, "aria-label": answer.words, width, height, controls: true, preload: "none" });
      return element("figure", { class: "video" }, video);
    });
    const alone = made.length === 1;
    return made.map((each) => (alone || each.tagName === "FIGURE" ? each : element("p", {}, each)).outerHTML).join("");
  }

  function openLibrary(editor, { files = [], isEditing = false, insert } = {}) {
    const selection = editor.getSelection();
    const place = selection?.createBookmarks2(true);
    const dialog = new LibraryDialog({
      isEditing,
      chosenText: (selection?.getSelectedText() ?? "").trim(),
      insert(answers) {
        if (insert) insert(answers);
        else editor.insertHtml(markup(answers));
      },
      onClose() {
        editor.focus();
        if (place && !isEditing) editor.getSelection().selectBookmarks(place);
      },
    });
    dialog.load();
    dialog.bring(files);
    return dialog;
  }

  // Let the words and the poster of a video that stands in the text be changed.
  async function editVideo(editor, widget) {
    const video = widget.parts.video;
    const number = (address) => address?.match(/^\/files\/(\d+)\//)?.[1] ?? "0";
    const dialog = openLibrary(editor, {
      isEditing: true,
      insert([answer]) {
        editor.fire("saveSnapshot");
        video.setAttribute("aria-label", answer.words);
        video.setAttribute("poster", answer.poster.src);
        editor.fire("saveSnapshot");
      },
    });
    try {
      const [asset, poster] = await Promise.all(
        ["src", "poster"].map(async (name) => (await askFor({ pk: number(video.getAttribute(name)) })).assets[0]),
      );
      dialog.add(new Card(dialog, { asset, poster, said: video.getAttribute("aria-label") ?? "" }));
    } catch (error) {
      dialog.problem.replaceChildren(...explain(error).childNodes);
    }
  }

  CKEDITOR.plugins.add("library", {
    requires: "widget",
    init(editor) {
      editor.addCommand("library", { exec: () => openLibrary(editor) });
      editor.ui.addButton("Library", { label: words.library, command: "library", toolbar: "insert" });
      editor.widgets.add("video", {
        parts: { video: "video" },
        upcast: (found) => found.name === "figure" && found.hasClass("video"),
        edit() {
          editVideo(editor, this);
        },
      });
      editor.on(
        "drop",
        (event) => {
          const files = [...(event.data.dataTransfer.$?.files ?? [])];
          if (!files.length) return;
          event.cancel();
          event.data.dropRange?.select();
          openLibrary(editor, { files });
        },
        null,
        null,
        5, // after the clipboard has read what was dropped, before it puts it into the text
      );
    },
  });

  // A file that misses the text would take the place of the page and of what was typed.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => {
      const isFile = event.dataTransfer?.types.includes("Files");
      if (isFile && !event.defaultPrevented && !event.target.matches?.("input[type=file]")) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "none";
      }
    });
  }
}
