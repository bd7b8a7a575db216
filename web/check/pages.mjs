// The pages that the program writes, as a browser shows them: valid, accessible, without overflow or overlap, and loading nothing.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const validator = new HtmlValidate({
  extends: ["html-validate:standard"],
  // Of style only: these pages are written by a program, close to each other.
  rules: { "long-title": "off", "no-trailing-whitespace": "off", "no-inline-style": "error", "require-sri": "error" },
});

/** What the validator finds. */
export async function invalid(file) {
  const report = await validator.validateFile(file);
  return report.results.flatMap((result) => result.messages).map((one) => `${one.line}:${one.column} ${one.ruleId}: ${one.message}`);
}

/** A page of the browser that counts what it asks for beside the file itself. */
export async function open(browser, file, { width, dark = false }) {
  const page = await browser.newPage();
  const url = pathToFileURL(file).href;
  const faults = [];
  page.on("request", (request) => {
    if (request.url() !== url && !/^(blob:|data:|about:)/.test(request.url())) faults.push(`asks for ${request.url()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") faults.push(`console: ${message.text()}`); });
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.goto(url, { waitUntil: "load" });
  return { page, faults };
}

/** What does not fit, lies over another, or cannot be read. */
export async function look(page) {
  const faults = await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const found = [];
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > room) {
      const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > room + 1 && !one.closest(".wide"));
      found.push(`wider than the window: ${wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`);
    }
    for (const svg of document.querySelectorAll("svg")) {
      const boxes = [...svg.querySelectorAll("text")].map((text) => [text, text.getBoundingClientRect()]);
      const frame = svg.getBoundingClientRect();
      for (const [text, box] of boxes)
        if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
          found.push(`outside of its chart: ${text.textContent}`);
      for (let i = 0; i < boxes.length; i++)
        for (let j = i + 1; j < boxes.length; j++) {
          const [a, b] = [boxes[i][1], boxes[j][1]];
          const across = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          // Lines of text have room above and below.
          if (across > 1 && down > 4) found.push(`one over the other: ${boxes[i][0].textContent} / ${boxes[j][0].textContent}`);
        }
    }
    return found;
  });
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const one of result.violations)
    faults.push(`axe ${one.id}: ${one.help}: ${one.nodes.slice(0, 2).map((node) => `${node.html.slice(0, 140)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  return faults;
}

/** Tab reaches all that can be used, and shows where it is. */
export async function keyboard(page) {
  const reachable = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")];
    return all.filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled).length;
  });
  const reached = new Set(), unmarked = [];
  await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
  for (let i = 0; i < reachable + 5; i++) {
    await page.keyboard.press("Tab");
    const [path, isMarked] = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return ["", true];
      const all = [...document.querySelectorAll("*")];
      const style = getComputedStyle(one);
      return [`${one.tagName} ${all.indexOf(one)}`, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0];
    });
    if (path) reached.add(path);
    if (!isMarked) unmarked.push(path);
  }
  const faults = [];
  if (reached.size < reachable) faults.push(`the keyboard reaches ${reached.size} of ${reachable}`);
  if (unmarked.length) faults.push(`not shown where the keyboard is: ${unmarked[0]}`);
  return faults;
}
