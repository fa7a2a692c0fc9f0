/* exported judgeFile, sendForm */
// Sending things to the media library: what is judged before, and what can go wrong on the way, in words.

// Return why the library would never take ``file`` (a sentence), "" if it may.
function judgeFile(file, { limits, words }) {
  const say = (sentence, values = {}) =>
    Object.entries({ name: file.name, ...values }).reduce((text, [key, value]) => text.replace(`{${key}}`, value), sentence);
  const extension = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  const limit = limits.find(({ extensions }) => extensions.includes(extension));
  if (!limit) {
    const advice = Object.entries(words.foreignAdvice).find(([known]) => known.split(" ").includes(extension));
    return say(words.foreign) + (advice ? advice[1] : "");
  }
  if (file.size === 0) return say(words.emptyFile);
  if (file.size <= limit.bytes) return "";
  const megabytes = (bytes) => Math.ceil(bytes / 1024 ** 2);
  return say(words.tooLarge, { size: megabytes(file.size), limit: megabytes(limit.bytes) });
}

// Post ``fields`` to ``address`` and give the answer (a promise of JSON). It fails with an Error in words; ``isSignedOut``
// tells that signing in helps. ``onProgress`` gets the sent share, 0 to 1; ``signal`` aborts, as does a lost network.
function sendForm(address, fields, { csrfCookie, words }, { onProgress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const giveUp = () => request.abort();

    function finish(settle, value) {
      window.removeEventListener("offline", giveUp);
      settle(value);
    }
    function fail(sentence, details = {}) {
      finish(reject, Object.assign(new Error(sentence), details));
    }

    request.open("POST", address);
    request.responseType = "text";
    // Signing in anew, in another window, changes the token: the cookie knows the one in force, the form does not.
    request.setRequestHeader("X-CSRFToken", cookie(csrfCookie));
    if (onProgress) request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("error", () => fail(words.offline));
    request.addEventListener("abort", () => fail(words.offline, { isCancelled: Boolean(signal?.aborted) }));
    request.addEventListener("load", () => {
      const answer = parse(request.responseText);
      // Who is signed out is sent to the page for signing in; who signed in again has another token.
      if (request.status === 403 || (request.status === 200 && !answer)) fail(words.signedOut, { isSignedOut: true });
      else if (request.status === 413) fail(words.proxyTooLarge);
      else if (!answer) fail(words.fault.replace("{status}", request.status));
      else if (answer.error) fail(answer.error);
      else finish(resolve, answer);
    });
    window.addEventListener("offline", giveUp);
    signal?.addEventListener("abort", giveUp);

    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    if (navigator.onLine) request.send(form);
    else fail(words.offline);
  });

  function cookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }
}
