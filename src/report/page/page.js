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
