// Puts the reader's name and the way out in place of the login link. Public pages are the same bytes for everyone, so who is
// signed in is asked for separately, and only where the cookie signed_in=1 says that there is somebody to ask about.
// data-signed-in: the address that answers {name, is_staff, admin_url, logout_url, csrf_token}; the markup is the <template> inside.

const isSignedIn = document.cookie.split("; ").includes("signed_in=1");

async function fill(place) {
  const response = await fetch(place.dataset.signedIn, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    return;
  }
  const reader = await response.json();
  if (!reader.name) {
    return;
  }
  const parts = place.querySelector("template").content.cloneNode(true);
  parts.querySelector("[data-name]").textContent = reader.name;

  const admin = parts.querySelector("[data-admin]");
  if (reader.is_staff) {
    admin.href = reader.admin_url;
  } else {
    admin.remove();
  }

  const logout = parts.querySelector("form");
  logout.action = reader.logout_url;
  logout.elements.csrfmiddlewaretoken.value = reader.csrf_token;
  place.replaceChildren(parts);
}

if (isSignedIn) {
  for (const place of document.querySelectorAll("[data-signed-in]")) {
    fill(place);
  }
}
