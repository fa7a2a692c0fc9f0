// Changes the reading size without a reload. Without this script the same links ask the server, which sets the same cookie.

const links = document.querySelectorAll("[data-reading-size]");

function choose(size) {
  document.documentElement.dataset.zihao = size;
  document.cookie = `zihao=${size}; path=/; max-age=31536000; samesite=lax`;
  for (const link of links) {
    if (link.dataset.readingSize === size) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

for (const link of links) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    choose(link.dataset.readingSize);
  });
}
