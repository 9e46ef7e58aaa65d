"use strict";
// Everything can be read without this: it adds the search and unfolds what is folded for printing.
for (const list of document.querySelectorAll(".conversations")) {
  const box = list.querySelector(".search");
  const input = box.querySelector("input");
  const output = box.querySelector("output");
  const samples = [...list.querySelectorAll(".conversation")];
  const texts = samples.map((sample) => sample.textContent.toLowerCase());
  box.hidden = false;
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    samples.forEach((sample, index) => {
      const matches = words.every((word) => texts[index].includes(word));
      sample.hidden = !matches;
      found += matches ? 1 : 0;
    });
    output.textContent = words.length ? `${found} of ${samples.length}` : "";
  });
}

let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});

// The browser of conversations. However many there are, only the rows in sight are in the document.
function browse(section) {
  const part = (name) => document.getElementById(`browser-${name}`);
  const data = JSON.parse(part("data").textContent);
  const { texts } = data;
  const total = data.answer.length;
  const list = part("list");
  const filters = ["question", "arm", "outcome"];
  let found = Array.from({ length: total }, (_, index) => index);
  let chosen = -1;
  let rowHeight = 52;
  let lowered = null;

  const element = (name, text, properties) => Object.assign(document.createElement(name), { textContent: text }, properties);
  const number = (value) => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))).replace("-", "\u2212");
  const whose = (row) => {
    const words = [texts[data.question[row]], texts[data.arm[row]]];
    if (texts[data.run[row]]) words.push(texts[data.run[row]]);
    if (texts[data.about[row]]) words.push(`about ${texts[data.about[row]]}`);
    if (texts[data.under[row]] && texts[data.under[row]] !== "none") words.push(`under ${texts[data.under[row]]}`);
    if (texts[data.axes[row]]) words.push(texts[data.axes[row]]);
    return words.join(" \u00b7 ");
  };
  const cameTo = (row) => {
    const words = [];
    if (data.read[row] !== null) words.push(`read as ${texts[data.read[row]]}`);
    else if (data.score[row] === null) words.push(texts[data.outcome[row]]);
    if (data.score[row] !== null) words.push(`score ${number(data.score[row])}`);
    return words.join(", ");
  };

  function draw() {
    const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - 4);
    const last = Math.min(found.length, Math.ceil((list.scrollTop + list.clientHeight) / rowHeight) + 4);
    const rows = [];
    for (let at = first; at < last; at += 1) {
      const row = found[at];
      const hit = element("div", "", { className: "hit", id: `hit-${at}` });
      hit.setAttribute("role", "option");
      hit.setAttribute("aria-selected", String(at === chosen));
      hit.setAttribute("aria-posinset", String(at + 1));
      hit.setAttribute("aria-setsize", String(found.length));
      hit.style.transform = `translateY(${at * rowHeight}px)`;
      hit.append(
        element("strong", whose(row)),
        element("span", cameTo(row)),
        element("span", data.answer[row].slice(0, 300).replace(/\s+/g, " ") || "(empty)", { dir: "auto" }),
      );
      hit.addEventListener("click", () => choose(at));
      rows.push(hit);
    }
    part("height").replaceChildren(...rows);
  }

  function choose(at) {
    chosen = Math.min(Math.max(at, 0), found.length - 1);
    if (chosen < 0) return;
    const top = chosen * rowHeight;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + rowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + rowHeight - list.clientHeight;
    draw();
    list.setAttribute("aria-activedescendant", `hit-${chosen}`);
    open(found[chosen]);
  }

  function open(row) {
    const lines = element("dl", "");
    const line = (name, text, className) => {
      const group = element("div", "", { className });
      group.append(element("dt", name), element("dd", text, { dir: "auto" }));
      lines.append(group);
    };
    const prompt = data.prompts[data.prompt[row]];
    for (let at = 0; at < prompt.length; at += 2) line(texts[prompt[at]], texts[prompt[at + 1]], "");
    line("answer", data.answer[row] || "(empty)", "answer");
    line("came to", cameTo(row), "");
    if (texts[data.way[row]]) line("asked as", texts[data.way[row]], "");
    part("open").replaceChildren(element("h3", whose(row)), lines);
  }

  function filter() {
    const words = part("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = filters.map((name) => [data[name], texts.indexOf(part(name).value), part(name).value]);
    if (words.length && !lowered) {
      lowered = {
        answers: data.answer.map((text) => text.toLowerCase()),
        prompts: data.prompts.map((prompt) => prompt.filter((_, at) => at % 2).map((text) => texts[text].toLowerCase()).join("\n")),
        texts: texts.map((text) => text.toLowerCase()),
      };
    }
    // A prompt stands behind many answers: each is looked through once.
    const inPrompts = words.map((word) => lowered.prompts.map((text) => text.includes(word)));
    found = [];
    for (let row = 0; row < total; row += 1) {
      const fits =
        wanted.every(([column, place, value]) => !value || column[row] === place) &&
        words.every(
          (word, at) =>
            inPrompts[at][data.prompt[row]] ||
            lowered.answers[row].includes(word) ||
            (data.read[row] !== null && lowered.texts[data.read[row]].includes(word)),
        );
      if (fits) found.push(row);
    }
    chosen = -1;
    list.removeAttribute("aria-activedescendant");
    list.scrollTop = 0;
    part("height").style.height = `${found.length * rowHeight}px`;
    part("found").textContent = `${found.length.toLocaleString("en")} found`;
    part("open").replaceChildren();
    draw();
  }

  for (const shown of document.querySelectorAll(".browser")) shown.hidden = false;
  section.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  part("words").addEventListener("input", filter);
  for (const name of filters) part(name).addEventListener("change", filter);
  list.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1);
    const steps = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: chosen + page, PageUp: chosen - page, Home: 0, End: found.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      choose(steps[event.key]);
    } else if (event.key === "Enter" && chosen >= 0) part("open").focus();
  });
  part("open").addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.focus();
  });
  // Letters may be larger than the page expects.
  rowHeight = 3.25 * parseFloat(getComputedStyle(document.documentElement).fontSize) || rowHeight;
  filter();
}

const section = document.getElementById("conversations");
if (section) browse(section);
