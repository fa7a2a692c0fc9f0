// Shows the copy button and copies this page's address. data-copied: what the button, and the live region, say afterwards.

const SHOWN_FOR_MS = 2400;

// The clipboard is missing on plain http other than loopback: then the button stays hidden.
if (navigator.clipboard) {
  const liveRegion = document.querySelector("[data-live-region]");

  for (const button of document.querySelectorAll("[data-copy-link]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.querySelector("link[rel=canonical]")?.href ?? location.href);
      button.textContent = button.dataset.copied;
      liveRegion.textContent = button.dataset.copied;
      setTimeout(() => {
        button.textContent = label;
        liveRegion.textContent = "";
      }, SHOWN_FOR_MS);
    });
  }
}
