// `node check.mjs PUE [PICTURES]`: writes pages by the program PUE and looks at them in a browser; with a folder, saves pictures of them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { invalid, keyboard, look, open } from "./pages.mjs";
import { app } from "./app.mjs";

const [pue, pictures] = process.argv.slice(2).map((path) => resolve(path));
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = mkdtempSync(join(tmpdir(), "pue-check-"));
const data = join(root, "examples/data");
const run = (...parts) => {
  try {
    return execFileSync(pue, parts, { cwd: root, stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
  } catch (error) {
    // 1 and 2 are outcomes.
    if (error.status > 2 || error.status === null) throw error;
    return error.stdout;
  }
};

const chromium = process.env.CHROMIUM ?? ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`).find(existsSync);
const browser = await puppeteer.launch({ executablePath: chromium, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
let faults = 0;
const tell = (what, found) => {
  console.log(`${found.length ? "✗" : "✓"} ${what}`);
  for (const one of found) console.log(`    ${one}`);
  faults += found.length;
};

const made = join(data, "wuhan");
const pages = [];
for (const lang of ["zh", "en"]) {
  const write = (name, ...parts) => {
    const file = join(folder, `${name}-${lang}.html`);
    run(...parts, "--lang", lang, "--format", "html", "--out", file);
    pages.push([`${name} ${lang}`, file]);
  };
  write("real", "assess");
  const readings = ["registers", "power", "intervals"].flatMap((name) => ["--readings", join(made, `${name}.csv`)]);
  write("made", "assess", "--site", join(made, "site.json"), ...readings, "--period", "2024", "--tariff", "0.62", "--co2", "0.5");
  write("round", "audit", join(data, "submissions"), "--tariff", "0.62", "--co2", "0.5");
  write("board", "board", join(data, "city.json"), join(data, "submissions"));
  const reports = join(folder, `reports-${lang}`);
  run("audit", join(data, "submissions"), "--lang", lang, "--reports", reports);
  for (const file of readdirSync(reports).filter((name) => /^(02|06|15)/.test(name))) pages.push([`${file} ${lang}`, join(reports, file)]);
}

for (const [name, file] of pages) {
  tell(`${name}: valid, ${readFileSync(file).length} bytes`, await invalid(file));
  for (const width of [1280, 390])
    for (const dark of [false, true]) {
      const { page, faults } = await open(browser, file, { width, dark });
      const found = await look(page);
      if (!dark) found.push(...(await keyboard(page)));
      tell(`${name}: ${width} px ${dark ? "dark" : "light"}`, [...faults, ...found]);
      await page.close();
    }
  const { page } = await open(browser, file, { width: 794 });
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  tell(`${name}: A4, ${(Buffer.from(pdf).toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length} pages`, []);
  await page.close();
}

if (existsSync(join(root, "web/pue.html"))) await app({ browser, root, run, tell, folder });
else console.log("– web/pue.html is not there: `web/build` makes it");

if (pictures) {
  mkdirSync(pictures, { recursive: true });
  for (const [name, file, height] of [["report", "made", 1500], ["round", "round", 900]])
    for (const lang of ["zh", "en"]) {
      const { page } = await open(browser, join(folder, `${file}-${lang}.html`), { width: 1000 });
      await page.setViewport({ width: 1000, height });
      await page.screenshot({ path: join(pictures, `${name}-${lang}.png`) });
    }
}
await browser.close();
console.log(faults ? `${faults} faults` : "no fault");
process.exit(faults ? 1 : 0);
