
"use strict";
(() => {
  const all = (query) => [...document.querySelectorAll(query)];
  const [search, scope, shown, none, unfold] =
    ["search", "scope", "shown", "none", "unfold"].map((id) => document.getElementById(id));
  const effects = all("input[name=effect]");
  const rows = new Map(all("[data-for]").map((row) => [row.dataset.for, row]));
  const tools = all("[data-tool]").map((card) => ({
    card,
    row: rows.get(card.dataset.tool),
    text: card.textContent.toLowerCase(),
    scopes: card.dataset.scopes.split("\n"),
  }));

  const show = (tool, visible) => {
    tool.card.hidden = !visible;
    if (tool.row) tool.row.hidden = !visible;
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = effects.filter((box) => box.checked).map((box) => box.value);
    let count = 0;
    for (const tool of tools) {
      const visible = wanted.includes(tool.card.dataset.effect)
        && (scope.value === "" || tool.scopes.includes(scope.value))
        && words.every((word) => tool.text.includes(word));
      show(tool, visible);
      if (visible) count += 1;
    }
    shown.textContent = count === tools.length ? `${count} tools` : `${count} of ${tools.length} tools`;
    none.hidden = count > 0;
  };
  const clear = () => {
    search.value = "";
    scope.value = "";
    for (const box of effects) box.checked = true;
    filter();
  };

  // A link to a tool leads there also when the filter hides it.
  const arrive = () => {
    const target = tools.find((tool) => `#${tool.card.id}` === location.hash);
    if (target && target.card.hidden) {
      clear();
      target.card.scrollIntoView();
    }
  };

  const schemas = all(".tool details");
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    for (const one of schemas) one.open = open;
  });

  // What is printed is the whole contract, whatever the screen shows.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const one of folded) one.open = true;
    for (const tool of tools) show(tool, true);
    none.hidden = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    filter();
  });

  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && typing) {
      clear();
    }
  });
  for (const control of [search, scope, ...effects]) control.addEventListener("input", filter);
  addEventListener("hashchange", arrive);
  document.getElementById("controls").hidden = false;
  unfold.hidden = false;
  filter();
  arrive();
})();
