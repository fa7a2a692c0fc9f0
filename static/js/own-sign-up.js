// Puts what concerns the reader alone into the sign-up box: own place, rank on the waiting list, the way to cancel.
// The page itself is the same for everyone. data-own-sign-up: the address that answers a piece of HTML, or 204 if there is
// nothing to add; asked only where the cookie signed_in=1 says that there is somebody to ask about.

const isSignedIn = document.cookie.split("; ").includes("signed_in=1");

async function fill(place) {
  const response = await fetch(place.dataset.ownSignUp, { headers: { Accept: "text/html" } });
  if (response.status !== 200) {
    return;
  }
  const own = new DOMParser().parseFromString(await response.text(), "text/html");
  place.replaceChildren(...own.body.childNodes);
}

if (isSignedIn) {
  for (const place of document.querySelectorAll("[data-own-sign-up]")) {
    fill(place);
  }
}
