// Links inside our HTML go through the session that is open instead of loading the page anew: the same thing the
// browser's own back button does. Without this script the links still work, only slower.
(() => {
  document.documentElement.lang = "LANGUAGE";
  // What stands in place of the dialog by which Streamlit tells that the server is out of reach, see frame/style.css.
  document.documentElement.style.setProperty("--disconnected", JSON.stringify("DISCONNECTED"));
  if (window.kpiFollows) return;
  window.kpiFollows = true;
  // A file is fetched here, so that what went wrong with it is said beside its link; without this script the browser
  // fetches it, and says less.
  const fetchFile = async (link) => {
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    link.parentElement.querySelector("[role=alert]")?.remove();
    try {
      const answer = await fetch(link.href).catch(() => { throw new Error("UNREACHED"); });
      if (!answer.ok) throw new Error(await answer.text());
      const file = document.createElement("a");
      file.href = URL.createObjectURL(await answer.blob());
      file.download = link.download;
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), 60000);
    } catch (error) {
      const alert = document.createElement("span");
      alert.setAttribute("role", "alert");
      alert.textContent = "FAILED" + error.message;
      link.parentElement.append(alert);
    } finally {
      link.ariaBusy = null;
    }
  };
  // Goes on to an address of ours from a link, or from a figure of which a mark was clicked.
  const go = (target, from) => {
    const leaves = target.pathname !== location.pathname;
    const asks = target.searchParams.get("school") !== new URL(location.href).searchParams.get("school");
    history.pushState(null, "", target);
    window.dispatchEvent(new PopStateEvent("popstate", { state: null }));
    if (leaves) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    // On a narrow screen the answer about a school stands below the list it was chosen from, out of sight.
    const answer = !leaves && asks && document.querySelector(".kpi .answer");
    if (answer && answer.getBoundingClientRect().top > from.getBoundingClientRect().bottom) answer.scrollIntoView();
    if (leaves && from.closest('[data-testid="stSidebar"]') && matchMedia("(max-width: 768px)").matches) {
      document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
    }
  };
  // A mark carries the address that it leads to. A figure is heard from when the pointer first comes upon it.
  document.addEventListener("pointerover", (event) => {
    const figure = event.target.closest?.(".js-plotly-plot");
    if (!figure?.on || figure.kpiFollows) return;
    figure.kpiFollows = true;
    figure.on("plotly_click", ({ points, event }) => {
      const address = points.map((point) => point.customdata?.[1]).find((one) => one?.startsWith?.("./"));
      if (!address) return;
      const target = new URL(address, location.href);
      // On its own page a mark adds to what is chosen there.
      if (target.pathname === location.pathname) {
        for (const [name, value] of new URL(location.href).searchParams) {
          if (name !== "page" && !target.searchParams.has(name)) target.searchParams.set(name, value);
        }
      }
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) window.open(target, "_blank", "noopener");
      else go(target, figure);
    });
  });
  // A finger that moves on a figure scrolls the page; plotly would zoom, and keep the page where it is.
  document.addEventListener("touchstart", (event) => {
    if (event.target.closest?.(".js-plotly-plot .draglayer")) event.stopPropagation();
  }, { capture: true, passive: true });
  // Plotly draws in pixels: a figure that is larger than what a page has room for below its head shrinks as a whole.
  const shrink = (width, height) => document.querySelectorAll('[data-testid="stElementContainer"]:has(.js-plotly-plot)').forEach((box) => {
    const figure = box.querySelector(".js-plotly-plot");
    box.style.zoom = Math.min(1, width / figure.offsetWidth, height / figure.offsetHeight);
  });
  addEventListener("beforeprint", () => shrink(document.querySelector("style.upright") ? 718 : 1040, 400)); // A4, within its margins
  // What stands on paper alone and is much is fetched now; printing does not wait for what comes later.
  const fill = () => document.querySelectorAll("[data-paper]").forEach((part) => {
    const answer = new XMLHttpRequest();
    answer.open("GET", part.dataset.paper, false);
    try { answer.send(); } catch { return; } // the page then says on paper what is missing
    if (answer.status !== 200) return;
    part.innerHTML = answer.responseText;
    delete part.dataset.paper;
  });
  addEventListener("beforeprint", fill);
  matchMedia("print").addEventListener("change", fill);
  addEventListener("afterprint", () => shrink(Infinity, Infinity));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".kpi a[href], .deck a[href]");
    const special = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || special || event.defaultPrevented) return;
    if (link.classList.contains("file")) {
      event.preventDefault();
      fetchFile(link);
      return;
    }
    if (link.hasAttribute("download")) return;
    const target = new URL(link.href);
    if (target.origin !== location.origin || target.hash) return;
    event.preventDefault();
    go(target, link);
  });
})();
