// [data-side-preview]: beside the form, in windows of 1280 pixels and more, the page that it would make as it is typed now.
// The form is sent to the address in the attribute, into a frame; nothing is saved by that. What was chosen is remembered.
// data-width: how wide the page is drawn (pixels); data-as: for which reader.

const PAUSE_MS = 1200;
const REMEMBERED = "side-preview";
const panel = document.querySelector("[data-side-preview]");
const form = document.querySelector(".change-form #content-main > form[id]");
if (panel && form) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}

function start() {
  const stage = panel.querySelector(".side-preview-stage");
  const fault = panel.querySelector("[data-fault]");
  const isWide = window.matchMedia("(min-width: 1280px)");
  const button = document.getElementById("side-preview-button").content.firstElementChild.cloneNode(true);
  const bar = form.querySelector(".submit-row");
  bar.insertBefore(button, bar.querySelector("a.quiet")?.nextSibling ?? bar.querySelector(".closelink"));
  document.getElementById("main").append(panel);

  let state = { isOpen: false, width: 390, as: "visitor" };
  try {
    state = { ...state, ...JSON.parse(localStorage.getItem(REMEMBERED)) };
  } catch {
    // Nothing remembered.
  }
  let serial = 0;
  let isLoading = false;
  let isDue = false;
  let timer;

  function choose(change) {
    state = { ...state, ...change };
    try {
      localStorage.setItem(REMEMBERED, JSON.stringify(state));
    } catch {
      // Then it is asked again next time.
    }
    show();
  }

  function show() {
    const isShown = state.isOpen && isWide.matches;
    panel.hidden = !isShown;
    document.body.classList.toggle("with-side-preview", isShown);
    button.setAttribute("aria-pressed", isShown);
    for (const each of panel.querySelectorAll("[data-width]")) each.setAttribute("aria-pressed", Number(each.dataset.width) === state.width);
    for (const each of panel.querySelectorAll("[data-as]")) each.setAttribute("aria-pressed", each.dataset.as === state.as);
    if (isShown) fit();
  }

  // A page that is wider than the stage is drawn smaller.
  function fit() {
    const scale = Math.min(1, stage.clientWidth / state.width);
    const width = state.width > 390 ? Math.max(state.width, stage.clientWidth) : state.width;
    stage.style.setProperty("--page-width", `${width}px`);
    stage.style.setProperty("--page-height", `${stage.clientHeight / scale}px`);
    stage.style.setProperty("--page-scale", scale);
  }

  // Every load has a frame of its own: the page before stands until the new one is there, and "back" leaves the form.
  function load() {
    clearTimeout(timer);
    if (panel.hidden) return;
    if (isLoading) {
      isDue = true;
      return;
    }
    isLoading = true;
    const frame = document.createElement("iframe");
    frame.name = `side-preview-${serial++}`;
    frame.title = stage.dataset.title;
    frame.className = "coming";
    stage.append(frame);
    frame.addEventListener("load", () => arrive(frame));
    send(frame.name);
  }

  function send(target) {
    for (const editor of Object.values(window.CKEDITOR?.instances ?? {})) editor.updateElement();
    const copy = document.createElement("form");
    Object.assign(copy, { method: "post", enctype: "multipart/form-data", action: `${panel.dataset.sidePreview}?as=${state.as}`, target, hidden: true });
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string") continue; // a file
      const input = document.createElement("textarea"); // an input would drop line breaks
      Object.assign(input, { name, value });
      copy.append(input);
    }
    document.body.append(copy);
    copy.submit();
    copy.remove();
  }

  function arrive(frame) {
    const page = frame.contentDocument;
    if (page?.URL === "about:blank") return;
    isLoading = false;
    const before = stage.querySelector("iframe:not(.coming)");
    const isThere = page?.querySelector(".preview-bar") != null;
    fault.textContent = isThere ? "" : fault.dataset.fault;
    if (isThere) {
      frame.classList.remove("coming");
      frame.contentWindow.scrollTo(0, before?.contentWindow.scrollY ?? 0);
      before?.remove();
      // The pages behind its links are no previews, and may not stand in a frame.
      for (const link of page.querySelectorAll("a[href]:not([href^='#']), form")) link.target = "_blank";
    } else {
      frame.remove();
    }
    if (isDue) {
      isDue = false;
      load();
    }
  }

  function loadSoon() {
    clearTimeout(timer);
    timer = setTimeout(load, PAUSE_MS);
  }

  button.addEventListener("click", () => { choose({ isOpen: !state.isOpen }); load(); });
  panel.querySelector("[data-close]").addEventListener("click", () => { choose({ isOpen: false }); button.focus(); });
  for (const each of panel.querySelectorAll("[data-width]")) each.addEventListener("click", () => choose({ width: Number(each.dataset.width) }));
  for (const each of panel.querySelectorAll("[data-as]")) each.addEventListener("click", () => { choose({ as: each.dataset.as }); load(); });
  isWide.addEventListener("change", () => { show(); load(); });
  window.addEventListener("resize", () => { if (!panel.hidden) fit(); });
  form.addEventListener("input", loadSoon);
  document.addEventListener("formset:added", loadSoon);
  document.addEventListener("formset:removed", loadSoon);
  window.django?.jQuery(form).on("change", loadSoon); // choices of select2 are told to jQuery only
  window.CKEDITOR?.on("instanceReady", ({ editor }) => { editor.on("change", loadSoon); loadSoon(); });
  for (const editor of Object.values(window.CKEDITOR?.instances ?? {})) editor.on("change", loadSoon);
  show();
  load();
}
