// Opens a report in Chromium: how long until it can be read, how it scrolls and searches, and what axe-core finds.
//
//   LARGE_PAGE=large.html cargo test --test page a_hundred_thousand
//   npm install --no-save playwright-core axe-core
//   node benches/page.mjs PAGE [FOLDER FOR SCREENSHOTS]
//
// CHROMIUM names the browser [default: /usr/bin/chromium].

import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// Packages are those of the folder that this is run in.
const require = createRequire(join(process.cwd(), "page.mjs"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [path, shots] = process.argv.slice(2);
if (!path || !existsSync(path)) {
  console.error("usage: node benches/page.mjs PAGE [FOLDER FOR SCREENSHOTS]");
  process.exit(2);
}
const address = pathToFileURL(resolve(path)).href;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });

async function opened(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => request.url() !== address && !request.url().startsWith("data:") && asked.push(request.url()));
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  await page.goto(address, { waitUntil: "load", timeout: 120_000 });
  return { page, asked, wrong, close: () => context.close() };
}

console.log(`${(statSync(path).size / 1e6).toFixed(1)} MB`);
const times = [];
for (let run = 0; run < 5; run += 1) {
  const { page, asked, wrong, close } = await opened();
  // The script runs before the page has loaded: what is timed holds the browser of conversations with its first rows.
  const timing = await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const [entry] = performance.getEntriesByType("navigation");
    return { load: entry.loadEventEnd, painted: performance.now() };
  });
  times.push(timing);
  if (asked.length || wrong.length) console.log("asked for", asked, "errors", wrong);
  await close();
}
console.log(`loaded after ${times.map((time) => Math.round(time.load))} ms, median ${Math.round(median(times.map((time) => time.load)))}`);
console.log(`painted after ${times.map((time) => Math.round(time.painted))} ms, median ${Math.round(median(times.map((time) => time.painted)))}`);

const { page, close } = await opened();
const found = await page.evaluate(async () => {
  const list = document.getElementById("browser-list");
  if (!list) return null;
  list.scrollIntoView();
  const frame = () => new Promise(requestAnimationFrame);
  const gaps = [];
  for (let step = 0, last = performance.now(); step < 120; step += 1) {
    list.scrollTop += step % 10 === 9 ? list.scrollHeight / 15 : 180;
    await frame();
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  const words = document.getElementById("browser-words");
  const typed = [];
  for (const text of ["g", "gamble", "gamble certain", "no such words", ""]) {
    words.value = text;
    const before = performance.now();
    words.dispatchEvent(new Event("input"));
    typed.push([text, Math.round(performance.now() - before), document.getElementById("browser-found").textContent]);
  }
  return { rows: document.querySelectorAll(".hit").length, longest: Math.max(...gaps), gaps, typed };
});
if (found) {
  const sorted = found.gaps.toSorted((a, b) => a - b);
  console.log(`scrolling: ${found.rows} rows in the document; frames median ${median(found.gaps).toFixed(1)} ms, 95% below ${sorted[Math.floor(sorted.length * 0.95)].toFixed(1)} ms, longest ${found.longest.toFixed(1)} ms`);
  for (const [text, ms, count] of found.typed) console.log(`search "${text}": ${ms} ms, ${count}`);
}
await close();

let serious = 0;
for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]]) {
  const { page, close } = await opened({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
  // The page's policy would keep axe-core out.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const bad = violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
  serious += bad.length;
  console.log(`${width} px, ${colorScheme}: ${bad.length} serious, ${violations.length - bad.length} lesser, ${wide} px too wide`);
  for (const { id, impact, nodes } of violations) console.log(`  ${impact} ${id}: ${nodes.length} × ${nodes[0].html.slice(0, 160)}`);
  if (shots) {
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${width}-${colorScheme}.png`), fullPage: true });
  }
  await close();
}
if (shots) {
  const { page, close } = await opened();
  await page.pdf({ path: join(shots, "print.pdf"), format: "A4" });
  await close();
}
await browser.close();
process.exit(serious ? 1 : 0);
