// The page with the library in it: the same bytes as the program, in time, and nothing leaves.
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { invalid, keyboard, look, open } from "./pages.mjs";

const digest = (text) => createHash("sha256").update(text).digest("hex");

/** Gives files to the page, and waits until it has settled. */
async function give(page, files) {
  const field = await page.$("#pick");
  await field.uploadFile(...files);
  await page.waitForFunction((count) => document.querySelectorAll("#list li").length >= count, {}, files.length);
}

async function compute(page) {
  await page.click("#go");
  await page.waitForFunction(() => !document.getElementById("go").disabled && (document.getElementById("result").hidden === false || document.getElementById("trouble").textContent), { timeout: 120_000 });
  const trouble = await page.$eval("#trouble", (one) => one.textContent);
  return { trouble, json: await page.evaluate(() => answers?.json), ms: await page.evaluate(() => Number(document.getElementById("state").textContent.match(/\d+/)?.[0])) };
}

export async function app({ browser, root, run, tell, folder }) {
  const file = join(root, "web/pue.html");
  const data = join(root, "examples/data");
  tell(`app: valid, ${statSync(file).size} bytes`, await invalid(file));

  for (const width of [1280, 390])
    for (const dark of [false, true]) {
      const { page, faults } = await open(browser, file, { width, dark });
      await page.waitForFunction(() => document.getElementById("version").textContent !== "");
      const found = [...(await look(page)), ...(dark ? [] : await keyboard(page))];
      await page.click("#example-submission");
      await page.waitForFunction(() => !document.getElementById("result").hidden);
      found.push(...(await look(page)));
      tell(`app: ${width} px ${dark ? "dark" : "light"}`, [...faults, ...found]);
      await page.close();
    }

  const same = async (what, files, native, { period, steps = async () => {} }) => {
    const { page, faults } = await open(browser, file, { width: 1280 });
    await page.waitForFunction(() => document.getElementById("version").textContent !== "");
    await give(page, files);
    if (period) await page.type("#period", period);
    await steps(page);
    const { trouble, json } = await compute(page);
    const expected = run(...native, "--format", "json").toString();
    const found = trouble ? [trouble] : digest(json ?? "") === digest(expected) ? [] : [`other bytes: ${json?.slice(0, 200)} / ${expected.slice(0, 200)}`];
    tell(`app: ${what}: the bytes of the program, ${expected.length}`, [...faults, ...found]);
    await page.close();
  };
  const made = (name) => join(data, "wuhan", name);
  await same("the made site", [made("site.json"), made("registers.csv"), made("intervals.csv"), made("power.csv")],
    ["assess", "--site", made("site.json"), "--readings", made("registers.csv"), "--readings", made("intervals.csv"), "--readings", made("power.csv"), "--period", "2024"], { period: "2024" });
}
