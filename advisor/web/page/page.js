// Prepares the terminal, which textual.js opens when the page is loaded.
"use strict";

const SMALL_SCREEN = 700;
const FONT_SIZES = { small: 12, usual: 16 };

// textual.js opens a window for a download, which browsers like to prevent; a link needs none.
const openWindow = window.open;
window.open = (address, ...more) => {
  if (!String(address).startsWith(`${location.origin}/download/`)) return openWindow.call(window, address, ...more);
  const link = Object.assign(document.createElement("a"), { href: address, download: "" });
  link.click();
  return null;
};

// Where the questionnaire is closed there is nobody to tell that the terminal has lost the keys.
addEventListener("blur", (event) => {
  if (document.body.classList.contains("-closed")) event.stopImmediatePropagation();
}, true);

addEventListener("load", async () => {
  // The token is in a cookie by now, and need not stand where somebody may read it.
  history.replaceState(null, "", "/");
  const size = innerWidth < SMALL_SCREEN ? FONT_SIZES.small : FONT_SIZES.usual;
  const terminal = document.getElementById("terminal");
  terminal.dataset.sessionWebsocketUrl = `ws://${location.host}/ws`;
  terminal.dataset.fontSize = size;
  document.getElementById("again").addEventListener("click", () => location.reload());
  // What there is to use has the keys: the terminal once it draws, and the way on when it is closed.
  new MutationObserver(() => {
    const state = document.body.classList;
    if (state.contains("-closed")) document.getElementById("again").focus();
    else if (state.contains("-first-byte")) terminal.querySelector("textarea").focus();
  }).observe(document.body, { attributeFilter: ["class"] });
  // The terminal measures its letters once, so they have to be there before it.
  await Promise.all([document.fonts.load(`${size}px "Roboto Mono"`), document.fonts.load(`bold ${size}px "Roboto Mono"`)]);
  const script = document.createElement("script");
  script.src = "/static/js/textual.js";
  script.addEventListener("load", () => window.onload(new Event("load")));
  document.head.append(script);
});
