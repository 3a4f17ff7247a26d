// Turns the slides of a deck: all are there at once, so the next one needs no wait. The address's fragment is the slide.
(() => {
  if (window.kpiSlides) return;
  window.kpiSlides = true;
  const find = () => document.querySelector(".deck");
  let before = 0, every = 0, due = 0, touch = 0;
  const slides = (deck) => [...deck.querySelectorAll(".slide")];
  // The page's address is written anew where a choice is made; the slide then is the one that was on.
  const on = {};
  const asked = () => {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; }
  };
  const named = (deck) => asked() || on[deck.dataset.start] || deck.dataset.start;
  const place = (deck) => {
    const all = slides(deck);
    const at = all.findIndex((slide) => slide.dataset.key === named(deck));
    return at < 0 ? 0 : at;
  };
  // On a phone the slides stand one below the other.
  const stands = (slide) => getComputedStyle(slide).position === "static";
  const draw = () => {
    const deck = find();
    if (!deck) return;
    const at = place(deck);
    const first = !deck.classList.contains("turned");
    deck.classList.add("turned");
    slides(deck).forEach((slide, i) => slide.classList.toggle("on", i === at));
    deck.querySelectorAll(".panel ol button").forEach((button, i) => {
      if (i === at) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
    });
    if (first && at && stands(slides(deck)[at])) slides(deck)[at].scrollIntoView();
    const said = deck.querySelector(".news");
    const text = slides(deck)[at]?.getAttribute("aria-label") ?? "";
    if (said && said.textContent !== text) said.textContent = text;
  };
  const turn = (to) => {
    const deck = find(), all = slides(deck);
    const at = Math.min(Math.max(to, 0), all.length - 1);
    if (at === place(deck)) return;
    before = place(deck);
    deck.classList.add("begun");
    on[deck.dataset.start] = all[at].dataset.key;
    history.replaceState(history.state, "", "#" + encodeURIComponent(all[at].dataset.key));
    if (every) due = performance.now() + every * 1000;
    draw();
    if (stands(all[at])) all[at].scrollIntoView();
  };
  const panel = (deck, open) => {
    const list = deck.querySelector(".panel");
    list.hidden = open === undefined ? !list.hidden : !open;
    if (list.hidden) deck.focus({ preventScroll: true });
    else (list.querySelector("[aria-current]") ?? list.querySelector("button"))?.focus();
  };
  const auto = (deck, seconds) => {
    every = seconds;
    due = performance.now() + seconds * 1000;
    deck.querySelectorAll("[data-auto]").forEach((button) => button.classList.toggle("on", +button.dataset.auto === every));
    if (!every) deck.querySelector(".clock").style.width = "0";
  };
  setInterval(() => {
    const deck = find();
    if (!deck || !every) return;
    const left = due - performance.now();
    if (left <= 0) {
      due = performance.now() + every * 1000;
      turn(place(deck) + 1 < slides(deck).length ? place(deck) + 1 : 0);
    }
    deck.querySelector(".clock").style.width = 100 - (100 * (due - performance.now())) / (every * 1000) + "%";
  }, 200);
  const theme = (deck) => {
    const dark = getComputedStyle(deck).colorScheme.includes("dark") && !getComputedStyle(deck).colorScheme.includes("light")
      || (getComputedStyle(deck).colorScheme.includes("light dark") && matchMedia("(prefers-color-scheme: dark)").matches);
    deck.dataset.theme = dark ? "light" : "dark";
  };
  const full = (deck) => (document.fullscreenElement ? document.exitFullscreen() : deck.requestFullscreen?.());
  const acts = {
    next: (deck) => turn(place(deck) + 1),
    back: (deck) => turn(place(deck) - 1),
    first: () => turn(0),
    last: (deck) => turn(slides(deck).length - 1),
    full,
    pointer: (deck) => deck.classList.toggle("pointing"),
    black: (deck) => deck.classList.toggle("black"),
    list: (deck) => panel(deck),
    auto: (deck) => auto(deck, every ? 0 : 20),
    theme,
    data: (deck) => {
      const at = slides(deck).findIndex((slide) => slide.dataset.key === "data");
      turn(place(deck) === at ? before : at);
    },
    paper: (deck) => { deck.dataset.sheet = deck.dataset.sheet === "a4" ? "wide" : "a4"; print(); },
    print: () => print(),
  };
  const KEYS = {
    ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next", Enter: "next", ArrowLeft: "back", ArrowUp: "back",
    PageUp: "back", Backspace: "back", Home: "first", End: "last", f: "full", p: "pointer", b: "black", ".": "black", l: "list", a: "auto",
    t: "theme", d: "data",
  };
  document.addEventListener("keydown", (event) => {
    const deck = find();
    if (!deck || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches?.("input, textarea, select, [contenteditable=true]")) return;
    const open = !deck.querySelector(".panel").hidden;
    if (event.key === "Escape") {
      if (open) panel(deck, false);
      else if (deck.classList.contains("black") || deck.classList.contains("pointing")) deck.classList.remove("black", "pointing");
      else if (!document.fullscreenElement) deck.querySelector("a.leave")?.click();
      else return;
      event.preventDefault();
      return;
    }
    const pressed = event.target.closest?.("button, a");
    if (pressed && [" ", "Enter"].includes(event.key)) return;
    if (open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      const all = [...deck.querySelectorAll(".panel button, .panel a")];
      all[all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
      event.preventDefault();
      return;
    }
    const act = event.key === " " && event.shiftKey ? "back" : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (act !== "black") deck.classList.remove("black");
    acts[act](deck);
  }, true);
  document.addEventListener("click", (event) => {
    const deck = event.target.closest?.(".deck");
    if (!deck) return;
    const button = event.target.closest("button");
    if (button?.dataset.act) acts[button.dataset.act](deck);
    else if (event.target.closest("a.leave")) delete on[deck.dataset.start];
    else if (button?.dataset.auto) auto(deck, +button.dataset.auto);
    else if (button?.dataset.to) { turn(+button.dataset.to); panel(deck, false); }
    else if (deck.classList.contains("black")) deck.classList.remove("black");
    else if (!event.target.closest("a, .panel") && !String(getSelection())) turn(place(deck) + (event.clientX < innerWidth / 3 ? -1 : 1));
  });
  document.addEventListener("pointermove", (event) => {
    const deck = find();
    if (!deck) return;
    const spot = deck.querySelector(".spot");
    spot.style.left = event.clientX + "px";
    spot.style.top = event.clientY + "px";
    deck.classList.add("moved");
    clearTimeout(touch);
    touch = setTimeout(() => deck.classList.remove("moved"), 2500);
  });
  window.addEventListener("hashchange", draw);
  // The page may draw the deck again, when data change or a choice is made: the slide stays.
  new MutationObserver(() => { if (find() && !find().classList.contains("turned")) draw(); }).observe(document.documentElement, { childList: true, subtree: true });
  draw();
})();
