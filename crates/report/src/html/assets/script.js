"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById("filters");
  if (form) {
    const search = document.getElementById("search");
    const kind = document.getElementById("kind");
    const count = document.getElementById("count");
    const verdicts = all("input[name=verdict]", form);
    const workloads = all("#list > details").map((element) => ({ element, text: null }));
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
    search.addEventListener("input", soon);
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    const toggle = (open) => () => workloads.forEach((one) => !one.element.hidden && (one.element.open = open));
    document.getElementById("open").addEventListener("click", toggle(true));
    document.getElementById("close").addEventListener("click", toggle(false));
    form.classList.add("ready");
    apply();
  }
  // Paper has no triangles to click.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((one) => (one.open = true));
  });
  addEventListener("afterprint", () => closed.forEach((one) => (one.open = false)));
})();
