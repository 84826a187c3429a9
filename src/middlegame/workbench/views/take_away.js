// What a visitor takes away. A button with the class mg-take opens a menu: its data-figure names a
// figure of the server, whose address holds the page's changes.
(() => {
  let menu = null;
  const say = (text) => window.Quasar?.Notify?.create({ message: text, timeout: 2500 });

  function close(focus) {
    if (!menu) return;
    const { box, opener } = menu;
    menu = null;
    box.remove();
    opener.setAttribute("aria-expanded", "false");
    if (focus) opener.focus();
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    say("Copied.");
  }

  // The server's address of a figure or report, with the page's changes.
  function address(kind, name, form) {
    const contest = location.pathname.split("/").pop();
    const query = new URLSearchParams(location.search);
    for (const key of ["tab", "domino", "box", "period"]) query.delete(key);
    const page = document.querySelector("[data-page]")?.dataset;
    if (page?.edited === "true") query.set("page", page.page);
    const path = kind === "report" ? `/report/${contest}.${form}` : `/figure/${contest}/${encodeURIComponent(name)}.${form}`;
    return location.origin + path + (query.size ? "?" + query : "");
  }

  function items(opener) {
    const { figure, report, title } = opener.dataset;
    if (report !== undefined) return ["html", "pdf", "md"].map((form) => [{ html: "HTML", pdf: "PDF", md: "Markdown" }[form], address("report", "", form)]);
    const at = (form) => address("figure", figure, form);
    return [
      ["Picture (SVG)", at("svg"), `${title}.svg`],
      ["Picture (PNG)", at("png"), `${title}.png`],
      ["Data (CSV)", at("csv"), `${title}.csv`],
      ["Copy the picture's address", () => copy(at("svg"))],
      ["Copy as sentence", async () => copy(await (await fetch(at("txt"))).text())],
    ];
  }

  function open(opener) {
    const box = document.createElement("div");
    box.className = "mg-take-menu";
    box.setAttribute("role", "menu");
    for (const [label, act, file] of items(opener)) {
      const item = document.createElement(typeof act === "string" ? "a" : "button");
      item.textContent = label;
      item.setAttribute("role", "menuitem");
      if (typeof act === "string") {
        item.href = act;
        item.download = file || "";
      }
      item.addEventListener("click", () => {
        if (typeof act === "function") act();
        close(true);
      });
      box.append(item);
    }
    const place = opener.getBoundingClientRect();
    document.querySelector(".mg-content").append(box);
    box.style.top = place.bottom + scrollY + 4 + "px";
    box.style.left = Math.max(8, Math.min(place.left + scrollX, innerWidth - box.offsetWidth - 8)) + "px";
    opener.setAttribute("aria-expanded", "true");
    menu = { box, opener };
    box.firstChild.focus();
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest(".mg-take");
    const again = opener && menu?.opener === opener;
    if (menu && !menu.box.contains(event.target)) close(false);
    if (opener && !again) open(opener);
  });
  document.addEventListener("keydown", (event) => {
    if (!menu) return;
    const all = [...menu.box.children], here = all.indexOf(document.activeElement);
    if (event.key === "Escape") close(true);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      all[(here + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length].focus();
    } else if (event.key === "Tab") close(false);
  });

  // The pictures of a part of the page, as files: colours of the page are written into them.
  window.mgSavePictures = (root, name, form) => {
    const style = getComputedStyle(document.body);
    const pictures = [...root.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 150);
    pictures.forEach((svg, k) => {
      const twin = svg.cloneNode(true), view = svg.viewBox.baseVal;
      twin.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      twin.setAttribute("width", view.width);
      twin.setAttribute("height", view.height);
      twin.setAttribute("style", `color:${style.color};background:${style.backgroundColor};font-family:sans-serif`);
      const source = twin.outerHTML.replace(/var\(--([a-z]+)(?:,[^)]*)?\)/g, (_, key) => style.getPropertyValue("--" + key) || "currentColor");
      const file = `${name}${pictures.length > 1 ? "-" + (k + 1) : ""}.${form}`;
      const url = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(source);
      const save = (href) => Object.assign(document.createElement("a"), { href, download: file }).click();
      if (form === "svg") return save(url);
      const image = new Image();
      image.onload = () => {
        const sheet = Object.assign(document.createElement("canvas"), { width: 2 * view.width, height: 2 * view.height });
        sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
        save(sheet.toDataURL("image/png"));
      };
      image.src = url;
    });
    if (!pictures.length) say("There is no picture here.");
  };
})();
