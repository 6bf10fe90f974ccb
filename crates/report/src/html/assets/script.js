"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById("filters");
  if (form) {
    const search = document.getElementById("search");
    const kind = document.getElementById("kind");
    const count = document.getElementById("count");
    const verdicts = all("input[name=verdict]", form);
    const list = document.getElementById("list");
    const order = document.getElementById("order");
    const workloads = all("#list > details").map((element, at) => ({ element, at, text: null }));
    const textOf = (one) => (one.text ??= one.element.textContent.toLowerCase());
    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = new Set(verdicts.filter((box) => box.checked).map((box) => box.value));
      let shown = 0;
      for (const one of workloads) {
        const { verdict, kind: its } = one.element.dataset;
        const fits = wanted.has(verdict) && (!kind.value || its === kind.value) && words.every((word) => textOf(one).includes(word));
        one.element.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      count.textContent = shown === workloads.length ? `${shown} workloads` : `${shown} of ${workloads.length} workloads`;
    };
    let pending = 0;
    const soon = () => {
      clearTimeout(pending);
      pending = setTimeout(apply, 120);
    };
    // As it came (worst first), by number, or by text; what is empty comes last.
    const compare = {
      "": () => 0,
      count: (one, other) => Number(other.count) - Number(one.count),
    };
    const byText = (key) => (one, other) => (one[key] === "") - (other[key] === "") || one[key].localeCompare(other[key]);
    const sort = () => {
      const by = compare[order.value] ?? byText(order.value);
      const sorted = [...workloads].sort((one, other) => by(one.element.dataset, other.element.dataset) || one.at - other.at);
      list.append(...sorted.map((one) => one.element));
    };
    search.addEventListener("input", soon);
    form.addEventListener("change", apply);
    order.addEventListener("change", sort);
    form.addEventListener("submit", (event) => event.preventDefault());
    const toggle = (open) => () => workloads.forEach((one) => !one.element.hidden && (one.element.open = open));
    document.getElementById("open").addEventListener("click", toggle(true));
    document.getElementById("close").addEventListener("click", toggle(false));
    form.classList.add("ready");
    apply();
  }
  // Tables that can be put in another order: a button in each head, its state said to screen readers.
  for (const table of all("table.sortable")) {
    const body = table.tBodies[0];
    all("thead th", table).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const text = (row) => row.cells[column].textContent;
        const rows = [...body.rows].sort((one, other) => text(one).localeCompare(text(other), undefined, { numeric: true }));
        body.append(...(down ? rows.reverse() : rows));
      });
    });
  }
  // Paper has no triangles to click.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((one) => (one.open = true));
  });
  addEventListener("afterprint", () => closed.forEach((one) => (one.open = false)));
})();
