// [data-local-draft]: keeps what is typed on this computer until the server has confirmed that it is saved, and asks before
// a save whether the person is still signed in. The attribute names the item; data-user, data-base: who edits, on which
// revision; data-who: the address that tells who is signed in; data-admin: where the confirmations of the server lie.
//
// A draft is {at, base, seen, fields: [[name, value, text of the choice]]} under draft:USER:ITEM:ID; every open page has
// an id of its own, and a lock by that name tells other pages that it still lives. Without localStorage, or when it is
// full, nothing is kept and nothing is said.

const PREFIX = "draft:";
const CONFIRMED = /^saved_draft_([0-9a-f]{16})=/;
const MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;
const PAUSE_MS = 1500;
const ANSWER_WITHIN_MS = 10_000;
// What belongs to this page and not to the text; the rest of the hidden fields tells how many rows there are.
const NOT_TYPED = /^(csrfmiddlewaretoken|base|seen|local_draft|_.*|initial-.*|.*__prefix__.*|.*-(INITIAL|MIN_NUM|MAX_NUM)_FORMS)$/;
const NO_VALUE = new Set(["file", "submit", "button", "image", "reset"]);

const place = document.querySelector("[data-local-draft]");
const form = document.querySelector(".change-form #content-main > form[id]");
if (place && form) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}

function start() {
  const { localDraft: item, user, who, admin } = place.dataset;
  const id = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const family = `${PREFIX}${user}:${item}:`;
  const isRefused = document.querySelector(".errornote") !== null;
  const kept = document.createElement("span");
  kept.className = "local-draft-kept";
  const notice = document.createElement("p");
  notice.className = "local-draft-notice";
  notice.setAttribute("role", "alert");
  const bar = form.querySelector(".submit-row");
  bar.prepend(notice);
  bar.append(kept);
  const ticket = Object.assign(document.createElement("input"), { type: "hidden", name: "local_draft", value: id });
  form.append(ticket);

  // -- The drafts on this computer --

  function read(key) {
    try {
      const draft = JSON.parse(localStorage.getItem(key));
      return draft && Array.isArray(draft.fields) && typeof draft.at === "number" ? draft : null;
    } catch {
      return null;
    }
  }

  function write(key, draft) {
    try {
      localStorage.setItem(key, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  function remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // Then there was nothing, either.
    }
  }

  function keys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    } catch {
      return [];
    }
  }

  function clearAway() {
    for (const key of keys()) {
      const draft = read(key);
      if (!draft || Date.now() - draft.at > MAX_AGE_MS) remove(key);
    }
    for (const cookie of document.cookie.split("; ")) {
      const confirmed = CONFIRMED.exec(cookie)?.[1];
      if (!confirmed) continue;
      keys().filter((key) => key.endsWith(`:${confirmed}`)).forEach(remove);
      document.cookie = `saved_draft_${confirmed}=; path=${admin}; max-age=0`;
    }
  }

  async function forsaken() {
    const { held } = (await navigator.locks?.query()) ?? { held: [] };
    const living = new Set(held.map((lock) => lock.name));
    return keys().filter((key) => key.startsWith(family) && key !== family + id && !living.has(key));
  }

  // -- What is typed --

  const editorOf = (element) => window.CKEDITOR?.instances[element.id];
  const typed = () => [...form.elements].filter(
    (element) => element.name && !NO_VALUE.has(element.type) && !NOT_TYPED.test(element.name),
  );

  function collect() {
    const fields = [];
    for (const element of typed()) {
      if (element.type === "checkbox" || element.type === "radio") {
        if (element.checked) fields.push([element.name, element.value]);
      } else if (element.tagName === "SELECT") {
        for (const option of element.selectedOptions) fields.push([element.name, option.value, option.textContent]);
      } else {
        fields.push([element.name, editorOf(element)?.getData() ?? element.value]);
      }
    }
    return fields;
  }

  let unchanged = null; // JSON of what the server has; null: the page came back with what it has not
  let last = null;
  let timer;
  let isReady = false;
  const restored = []; // keys
  let coming = 0; // editors that are about to show a restored text
  const isBrought = () => coming === 0;

  function keep() {
    clearTimeout(timer);
    if (!isReady) return;
    const fields = collect();
    const text = JSON.stringify(fields);
    if (text === last) {
      settle();
      return;
    }
    last = text;
    if (text === unchanged) {
      remove(family + id);
      kept.textContent = "";
      return;
    }
    const [base, seen] = ["base", "seen"].map((name) => form.elements[name]?.value ?? "");
    const at = Date.now();
    const isKept = write(family + id, { at, base, seen, fields });
    kept.textContent = isKept ? words("kept", at).textContent : "";
    settle();
  }

  // What was restored stands under the name of this page from now on; only then can the other go.
  function settle() {
    if (isBrought() && read(family + id)) restored.splice(0).forEach(remove);
  }

  function keepSoon() {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MS);
  }

  // -- Bringing a draft back --

  function restore(draft) {
    const values = new Map();
    for (const [name, ...rest] of draft.fields) values.set(name, [...(values.get(name) ?? []), rest]);
    const rows = new Map(); // prefix → number of rows that the draft has
    for (const [name, [[count]]] of values) {
      const prefix = /^(.*)-TOTAL_FORMS$/.exec(name)?.[1];
      if (!prefix || !form.elements[name]) continue;
      rows.set(prefix, Number(count));
      const more = document.querySelector(`#${CSS.escape(prefix)}-group .add-row a`);
      for (let tries = 0; more && tries < 200 && Number(form.elements[name].value) < Number(count); tries++) more.click();
    }
    for (const element of typed()) {
      if (element.name.endsWith("-TOTAL_FORMS")) continue;
      const [, prefix, number] = /^(.*)-(\d+)-[^-]+$/.exec(element.name) ?? [];
      const isSurplus = rows.has(prefix) && Number(number) >= rows.get(prefix);
      const wanted = isSurplus ? [] : (values.get(element.name) ?? null);
      put(element, wanted, isSurplus);
    }
    // On the revision that it was typed on: if there is a newer one, the server shows both before it saves.
    for (const name of ["base", "seen"]) {
      if (form.elements[name] && draft[name]) form.elements[name].value = draft[name];
    }
  }

  // wanted: [[value, text]] or null if the draft does not tell; a box that is not ticked and an empty choice never do.
  function put(element, wanted, isSurplus) {
    if (element.type === "checkbox" || element.type === "radio") {
      element.checked = (isSurplus && element.name.endsWith("-DELETE")) || (wanted ?? []).some(([value]) => value === element.value);
    } else if (element.tagName === "SELECT") {
      if (!wanted && !element.multiple) return;
      for (const option of element.options) option.selected = false;
      for (const [value, text] of wanted?.length || element.multiple ? (wanted ?? []) : [["", "---------"]]) {
        let option = [...element.options].find((each) => each.value === value);
        if (!option) element.add((option = new Option(text, value)));
        option.selected = true;
      }
      window.django?.jQuery(element).trigger("change");
    } else if (wanted) {
      const value = wanted[0]?.[0] ?? "";
      if (editorOf(element)) {
        coming++;
        editorOf(element).setData(value, { callback: () => { coming--; keepSoon(); } });
      } else {
        element.value = value;
      }
    } else {
      return;
    }
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // -- What is said --

  function moment(at) {
    const isToday = new Date(at).toDateString() === new Date().toDateString();
    const day = isToday ? {} : { month: "long", day: "numeric" };
    return new Intl.DateTimeFormat(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit", hour12: false })
      .format(at);
  }

  // Returns the sentence as a fragment, with its links and buttons; about: a time in milliseconds, or a name.
  function words(name, about) {
    const fragment = document.querySelector(`template[data-say="${name}"]`).content.cloneNode(true);
    const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      walker.currentNode.data = walker.currentNode.data
        .replace("{moment}", typeof about === "number" ? moment(about) : "")
        .replace("{name}", about ?? "");
    }
    return fragment;
  }

  function offer(key) {
    const draft = read(key);
    if (!draft) return;
    const box = document.getElementById("local-draft-offer").content.firstElementChild.cloneNode(true);
    const sentence = box.querySelector("[data-moment]");
    sentence.textContent = sentence.dataset.moment.replace("{moment}", moment(draft.at));
    if (!place.dataset.base || draft.base === place.dataset.base) box.querySelector("[data-stale]").remove();
    const say = (name) => {
      const paragraph = document.createElement("p");
      paragraph.append(words(name, draft.at));
      box.replaceChildren(paragraph);
    };
    box.querySelector("[data-restore]").addEventListener("click", () => {
      restored.push(key);
      restore(draft);
      say("restored");
      keepSoon();
    });
    box.querySelector("[data-discard]").addEventListener("click", () => {
      remove(key);
      say("discarded");
      box.querySelector("[data-undo]").addEventListener("click", () => {
        write(key, draft);
        box.remove();
        offer(key);
      });
    });
    place.append(box);
  }

  // -- Saving, if one is still signed in --

  let isAllowed = false;
  let isAsking = false;
  let complaint = "";

  function complain(name, about) {
    complaint = name;
    notice.replaceChildren(...(name ? [words(name, about)] : []));
  }

  async function askWho() {
    const control = new AbortController();
    const bell = setTimeout(() => control.abort(), ANSWER_WITHIN_MS);
    try {
      const response = await fetch(who, { cache: "no-store", headers: { Accept: "application/json" }, signal: control.signal });
      if (!response.ok) return { problem: "offline" };
      const reader = await response.json();
      if (!reader.name) return { problem: "expired" };
      if (String(reader.number) !== user) return { problem: "other", name: reader.name };
      // Signing in has made another token; every form of the page and the editor's uploads use it from now on.
      for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = reader.csrf_token;
      return {};
    } catch {
      return { problem: "offline" };
    } finally {
      clearTimeout(bell);
    }
  }

  // On the way down, before any other script takes the form for sent.
  document.addEventListener("submit", async (event) => {
    if (event.target !== form || isAllowed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isAsking) return;
    isAsking = true;
    keep();
    const { problem = "", name } = await askWho();
    isAsking = false;
    complain(problem, name);
    if (problem) return;
    keep(); // a text that was just restored may have arrived only now
    isAllowed = true;
    (event.submitter ?? form.querySelector("[type=submit]")).click();
    isAllowed = false;
  }, true);

  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "hidden") keep();
    else if (["expired", "other", "offline"].includes(complaint)) {
      const { problem, name } = await askWho();
      complain(problem ?? (complaint === "offline" ? "" : "returned"), name);
    }
  });
  window.addEventListener("pagehide", keep);

  // -- From the first moment on --

  const live = () => navigator.locks?.request(
    family + id, () => new Promise((release) => window.addEventListener("pagehide", release, { once: true })),
  );
  live();
  window.addEventListener("pageshow", (event) => { if (event.persisted) live(); });
  clearAway();
  form.addEventListener("input", keepSoon);
  document.addEventListener("formset:added", keepSoon);
  document.addEventListener("formset:removed", keepSoon);
  window.django?.jQuery(form).on("change", keepSoon); // choices of select2 are told to jQuery only

  whenEditorsAreReady(async () => {
    const text = JSON.stringify(collect());
    if (!isRefused) unchanged = text;
    isReady = true;
    for (const editor of Object.values(window.CKEDITOR?.instances ?? {})) editor.on("change", keepSoon);
    if (isRefused) keep();
    const found = [];
    for (const key of await forsaken()) {
      const draft = read(key);
      if (!draft || JSON.stringify(draft.fields) === text) remove(key); // it stands here already
      else found.push([draft.at, key]);
    }
    found.sort(([one], [other]) => other - one).forEach(([, key]) => offer(key));
  });
}

function whenEditorsAreReady(then) {
  const areas = [...document.querySelectorAll("textarea[data-type=ckeditortype]")].filter((area) => !area.name.includes("__prefix__"));
  const isDone = () => areas.every((area) => window.CKEDITOR?.instances[area.id]?.status === "ready");
  if (!window.CKEDITOR || isDone()) {
    then();
    return;
  }
  const listener = window.CKEDITOR.on("instanceReady", () => {
    if (!isDone()) return;
    listener.removeListener();
    then();
  });
}
