// Reads tickets with the camera, where the browser can: Chrome on Android. Everywhere else the button stays hidden, and
// people type, or scan with the telephone's own camera, which opens the address in the code.
// data-scanning: what the button says meanwhile; data-denied: what is said where the camera is refused.

const EVERY_MS = 200;
const SAME_AGAIN_AFTER_MS = 8000; // a ticket still before the lens is not read twice
const place = document.querySelector("[data-scan]");
const form = document.querySelector("[data-scan-form]");

async function canReadCodes() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) {
    return false;
  }
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

function wasJustRead(value) {
  const { text, at } = JSON.parse(sessionStorage.getItem("scanned") ?? "{}");
  return text === value && Date.now() - at < SAME_AGAIN_AFTER_MS;
}

if (place && (await canReadCodes())) {
  const video = place.querySelector("video");
  const button = place.querySelector("button");
  const status = place.querySelector("[role=status]");
  const label = button.textContent;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let timer = null;

  async function look() {
    const [code] = await detector.detect(video).catch(() => []);
    if (timer === null) {
      return;
    }
    if (!code || wasJustRead(code.rawValue)) {
      timer = setTimeout(look, EVERY_MS);
      return;
    }
    timer = null;
    sessionStorage.setItem("scanned", JSON.stringify({ text: code.rawValue, at: Date.now() }));
    form.elements.code.value = code.rawValue;
    form.requestSubmit();
  }

  async function start() {
    status.textContent = "";
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await video.play();
    } catch {
      stop();
      status.textContent = place.dataset.denied;
      return;
    }
    video.hidden = false;
    button.textContent = place.dataset.scanning;
    sessionStorage.setItem("scanning", "1"); // each ticket reloads the page; the camera goes on
    timer = setTimeout(look, EVERY_MS);
  }

  function stop() {
    clearTimeout(timer);
    timer = null;
    video.srcObject?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    video.hidden = true;
    button.textContent = label;
    sessionStorage.removeItem("scanning");
  }

  place.hidden = false;
  button.addEventListener("click", () => (video.srcObject ? stop() : start()));
  if (sessionStorage.getItem("scanning")) {
    start();
  }
}
