"use strict";
// Files come in, requests go to the module, answers are shown and saved. Nothing is sent anywhere: the page's policy forbids it.

const TEXTS = {
  zh: {
    title: "PUE 计算与判定", promise: "所有文件只在本机浏览器内处理，不上传、不联网。",
    files: "一、文件", drop: "将数据中心描述（site.json）或报送材料（submission.json、.xlsx）以及读数文件拖放到此处，或选择文件：",
    or: "没有文件？", exampleSite: "真实数据中心示例", exampleSubmission: "报送材料示例",
    settings: "二、计算条件", period: "统计周期", periodHint: "2024、2024-03，或 2024-01-01/2025-01-01（不含止日）",
    more: "其他选项", category: "PUE 类别（1 UPS 输出，2 PDU 输出，3 IT 设备输入）", decision: "判定规则", simple: "简单接受",
    guarded: "带保护带", nonBinary: "非二元", estimate: "缺失电量的估算", none: "不估算", allMethods: "核对表、线性、相邻周",
    tariff: "电价（元/kWh）", co2: "排放因子（kg/kWh）", packs: "另行适用的规则", go: "计算并判定", result: "三、报告",
    site: "数据中心描述", submission: "报送材料", spreadsheet: "报送材料（电子表格）", readings: "读数", mapping: "导入映射（用于其他格式的读数）",
    ours: "本工具格式", foreign: "其他格式：须确认读法", remove: "移除", waiting: "先给出数据中心描述", confirmed: "读法已确认",
    preview: "读法预览：", presetLabel: "格式", own: "（按文件内容推断）", mappingText: "映射", questions: "文件未说明，须由人回答",
    choose: "请选择", firstRows: "前几行的读法", supposed: "（假定各问题取首个答案；未被采用）", meters: "计量点", confirm: "按此读法采用该文件", again: "修改读法",
    saveMapping: "保存映射", line: "行", meter: "计量点", start: "起", end: "止（时刻）", value: "数值", unit: "单位", quality: "质量", count: "读数", from: "自", to: "至", least: "最小", most: "最大", known: "数据中心描述中有此表", moreMeters: (count) => `另有 ${count} 个计量点`,
    working: "正在计算……", done: (ms) => `计算完成，用时 ${ms} 毫秒。`, needSite: "请先给出数据中心描述（site.json）或报送材料。", twoSites: "只能有一份数据中心描述或报送材料；请移除多余的一份。",
    needPeriod: "请填写统计周期。", needConfirm: (name) => `请先确认 ${name} 的读法。`, needReadings: "未给出读数：只检查描述。", broke: "计算中断。请刷新页面后重试；若仍出现，请附上文件报告问题。",
    save: "保存：", html: "网页", text: "文本", print: "打印", suggest: "读数覆盖", badNumber: (what) => `${what}：请填写数字。`, description: "描述检查",
  },
  en: {
    title: "PUE and verdict", promise: "All files stay in this browser: nothing is uploaded, nothing is loaded.",
    files: "1. Files", drop: "Drop a site (site.json) or a submission (submission.json, .xlsx) and files of readings here, or choose them:",
    or: "No file at hand?", exampleSite: "a real data centre", exampleSubmission: "a submission",
    settings: "2. Settings", period: "Period", periodHint: "2024, 2024-03, or 2024-01-01/2025-01-01 (the end exclusive)",
    more: "More", category: "PUE category (1 UPS output, 2 PDU output, 3 IT input)", decision: "Decision rule", simple: "simple acceptance",
    guarded: "guarded", nonBinary: "non-binary", estimate: "Estimate missing energy", none: "no", allMethods: "check meter, linear, neighbouring weeks",
    tariff: "Tariff (yuan/kWh)", co2: "Emission factor (kg/kWh)", packs: "Rules to apply besides", go: "Compute", result: "3. Report",
    site: "site", submission: "submission", spreadsheet: "submission (spreadsheet)", readings: "readings", mapping: "mapping (for readings in another layout)",
    ours: "in the form of this tool", foreign: "in another layout: say how it is read", remove: "remove", waiting: "the site has to come first", confirmed: "how it is read is settled",
    preview: "How it would be read: ", presetLabel: "Layout", own: "(by what the file shows)", mappingText: "Mapping", questions: "What the file does not say, for you to answer",
    choose: "choose", firstRows: "Its first rows", supposed: " (if each question had its first answer; nothing is read so yet)", meters: "Meters", confirm: "Read the file so", again: "change",
    saveMapping: "save the mapping", line: "line", meter: "meter", start: "start", end: "end (time)", value: "value", unit: "unit", quality: "quality", count: "readings", from: "from", to: "to", least: "least", most: "most", known: "the site has it", moreMeters: (count) => `${count} more meters`,
    working: "Computing …", done: (ms) => `Done in ${ms} ms.`, needSite: "Give a site (site.json) or a submission first.", twoSites: "Only one site or submission at a time: remove the other.",
    needPeriod: "Say which period is asked about.", needConfirm: (name) => `Say first how ${name} is read.`, needReadings: "No readings: only the description is checked.", broke: "The computation broke off. Reload the page and try again; if it breaks again, report it with the file.",
    save: "Save: ", html: "page", text: "text", print: "print", suggest: "the readings reach", badNumber: (what) => `${what}: expected a number.`, description: "check of the description",
  },
};

const $ = (id) => document.getElementById(id);
const encoder = new TextEncoder(), decoder = new TextDecoder();
let lang = (navigator.language || "zh").startsWith("zh") ? "zh" : "en";
const t = (key) => TEXTS[lang][key];
const both = (text) => (typeof text === "string" ? text : text[lang]);

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function button(text, act, className = "") {
  const one = make("button", text, { type: "button", class: className });
  one.addEventListener("click", act);
  return one;
}

// ---- The module

let wasm;

async function start() {
  const packed = Uint8Array.from(atob($("module").textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await WebAssembly.compile(await new Response(stream).arrayBuffer());
  // A library within asks a browser for chance, which nothing here uses: whoever asks for it is refused.
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function") throw new Error(`${from}.${name}: ${kind}`);
    (imports[from] ??= {})[name] = () => { throw new Error(`${from}.${name} is refused`); };
  }
  wasm = (await WebAssembly.instantiate(module, imports)).exports;
}

function write(bytes) {
  const at = wasm.reserve(bytes.length);
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
}

function keep(bytes) {
  write(bytes);
  return wasm.keep();
}

/** The texts that answer a request; throws what the module refuses. */
function ask(request) {
  write(encoder.encode(JSON.stringify(request)));
  const length = wasm.call();
  const answer = JSON.parse(decoder.decode(new Uint8Array(wasm.memory.buffer, wasm.answer(), length)));
  if (answer.refused !== undefined) throw new Error(answer.refused);
  return answer.told;
}

// ---- Files

/** Each: number, name, size, is, and of readings: ours, preset, said, preview, mapping (once it is confirmed). */
let files = [];
let known;

const siteOf = () => files.find((file) => file.is === "site");
const submissionOf = () => files.find((file) => file.is === "submission" || file.is === "spreadsheet");
const readingsOf = () => files.filter((file) => file.is === "readings");

async function take(list) {
  for (const one of list) add(one.name, new Uint8Array(await one.arrayBuffer()));
  settle();
}

function add(name, bytes) {
  const number = keep(bytes);
  const [is] = ask({ call: "recognize", file: number });
  const file = { number, name, size: bytes.length, is, said: [], preset: "" };
  if (is === "mapping" || is === "site") file.text = decoder.decode(bytes);
  files.push(file);
}

function remove(file) {
  wasm.forget(file.number);
  files = files.filter((other) => other !== file);
  settle();
}

const named = (file, mapping = file.mapping ?? "") => ({ file: file.number, name: file.name, mapping });

/** What can be known of the readings once there is a site. */
function settle() {
  const site = siteOf();
  $("trouble").textContent = "";
  const mapping = files.find((file) => file.is === "mapping");
  for (const file of readingsOf()) {
    // Without a site, or with one that cannot be read, nobody knows.
    file.ours = site && { true: true, false: false }[ask({ call: "is_ours", site: site.number, file: named(file, "") })[0]];
    if (file.ours === false && !file.preview) {
      if (mapping && !file.preset) file.preset = mapping.text;
      look(file);
    }
  }
  show();
}

function look(file) {
  const request = (mapping) => ({ call: "preview", file: named(file, mapping), said: file.said, zone: zone(), rows: 8 });
  try {
    file.preview = JSON.parse(ask(request(file.preset))[0]);
    file.fault = undefined;
  } catch (error) {
    file.fault = error.message;
  }
}

/** The site as it was written; what is wrong with it the library says. */
function description() {
  try {
    return JSON.parse(siteOf().text) ?? {};
  } catch {
    return {};
  }
}

const zone = () => String(description().facility?.time_zone ?? "");

// ---- What is shown

function show() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const one of ["zh", "en"]) $("lang-" + one).setAttribute("aria-pressed", String(lang === one));
  $("version").textContent = known ? "pue " + known.version : "";
  $("list").replaceChildren(...files.map(row));
  $("previews").replaceChildren(...readingsOf().filter((file) => file.ours === false && file.mapping === undefined).map(previewOf));
  $("period-field").hidden = Boolean(submissionOf());
  suggest();
  showPacks();
  showResult();
}

function row(file) {
  const item = make("li");
  item.append(make("span", file.name, { class: "name" }), make("span", t(file.is), {}), make("span", `${file.size.toLocaleString(lang)} B`, { class: "faint" }));
  if (file.is === "readings") {
    const state = file.ours === undefined ? "waiting" : file.ours ? "ours" : file.mapping === undefined ? "foreign" : "confirmed";
    item.append(make("span", t(state), { class: "faint" }));
    if (state === "confirmed") {
      item.append(button(t("again"), () => { file.mapping = undefined; show(); }));
      item.append(button(t("saveMapping"), () => save(file.name + ".map.json", file.mapping + "\n", "application/json")));
    }
  }
  item.append(button(t("remove"), () => remove(file)));
  return item;
}

/** The same as `pue import` shows: what the file is taken for, what it does not say, its first rows, its meters. */
function previewOf(file) {
  const box = make("div", undefined, { class: "preview" });
  box.append(make("h3", t("preview") + file.name));
  const id = "preset-" + file.number;
  const choice = make("select", undefined, { id });
  choice.append(make("option", t("own"), { value: "" }));
  for (const name of known.presets) choice.append(make("option", name, { value: name }));
  for (const one of files.filter((other) => other.is === "mapping")) choice.append(make("option", one.name, { value: one.text }));
  choice.value = file.preset;
  choice.addEventListener("change", () => { file.preset = choice.value; file.said = []; look(file); show(); });
  const line = make("p");
  line.append(make("label", t("presetLabel") + " ", { for: id }), choice);
  box.append(line);
  if (file.fault) { box.append(make("p", file.fault, { role: "alert" })); return box; }
  const { proposal, mapping, survey, error } = file.preview;
  const reasons = make("ul");
  if (proposal.preset) reasons.append(make("li", proposal.preset));
  for (const reason of proposal.reasons) reasons.append(make("li", both(reason)));
  box.append(reasons);
  const details = make("details");
  details.append(make("summary", t("mappingText")), make("code", JSON.stringify(mapping)));
  box.append(details);
  if (proposal.questions.length) box.append(make("h3", t("questions")));
  proposal.questions.forEach((question, i) => box.append(questionOf(file, question, `q-${file.number}-${i}`)));
  if (error) box.append(make("p", error, { role: "alert" }));
  if (survey) {
    const note = proposal.questions.length ? t("supposed") : "";
    box.append(table(t("firstRows") + note, ["line", "meter", "start", "end", "value", "unit", "quality"],
      survey.first.map((one) => [one.line, one.label, clock(one.start_ms), clock(one.time_ms), one.value ?? "–", one.unit ?? "–", one.quality])));
    const meters = knownMeters(), shown = survey.meters.slice(0, 30), more = survey.meters.length - shown.length;
    box.append(table(t("meters"), ["meter", "count", "from", "to", "least", "most", "known"],
      shown.map((one) => [one.meter === one.label ? one.label : `${one.label} = ${one.meter}`, one.readings, clock(one.first_ms), clock(one.last_ms),
        one.least ?? "–", one.most ?? "–", meters.includes(one.meter) ? "✓" : "✗"])));
    if (more) box.append(make("p", t("moreMeters")(more)));
    for (const finding of survey.findings) box.append(make("p", `${finding.code}: ${both(finding.message)} ${both(finding.found ?? "")}`));
  }
  if (!proposal.questions.length && !error)
    box.append(button(t("confirm"), () => { file.mapping = JSON.stringify(mapping); show(); }, "main"));
  return box;
}

function questionOf(file, question, id) {
  const box = make("div", undefined, { class: "question" });
  box.append(make("label", `${both(question.asks)} (${question.place}) `, { for: id }));
  const answer = (place, value) => { file.said.push([place, typeof value === "string" ? value : JSON.stringify(value)]); look(file); show(); };
  if (question.answers.length) {
    const choice = make("select", undefined, { id });
    choice.append(make("option", t("choose"), { value: "" }));
    question.answers.forEach((one, i) => choice.append(make("option", both(one.means), { value: String(i) })));
    choice.addEventListener("change", () => {
      const says = question.answers[Number(choice.value)]?.says;
      if (!says) return;
      const place = question.place in says ? question.place : Object.keys(says)[0];
      answer(place, says[place]);
    });
    box.append(choice);
    return box;
  }
  const field = make("input", undefined, { id, list: id + "-known" });
  const list = make("datalist", undefined, { id: id + "-known" });
  if (question.place.startsWith("meter")) for (const meter of knownMeters()) list.append(make("option", undefined, { value: meter }));
  field.addEventListener("change", () => { if (field.value.trim()) answer(question.place, field.value.trim()); });
  box.append(field, list);
  return box;
}

function knownMeters() {
  const { meters } = description();
  return Array.isArray(meters) ? meters.map((meter) => String(meter?.id)) : [];
}

function table(caption, columns, rows) {
  const one = make("table"), head = make("thead"), body = make("tbody"), top = make("tr");
  one.append(make("caption", caption));
  for (const column of columns) top.append(make("th", t(column), { scope: "col" }));
  head.append(top);
  for (const cells of rows) {
    const line = make("tr");
    for (const cell of cells) line.append(make("td", String(cell), typeof cell === "number" ? { class: "number" } : {}));
    body.append(line);
  }
  one.append(head, body);
  const wide = make("div", undefined, { class: "wide", tabindex: "0", role: "region", "aria-label": caption });
  wide.append(one);
  return wide;
}

/** A time by the clock of the site. */
function clock(ms) {
  if (ms === null || ms === undefined) return "–";
  const write = (timeZone) => new Date(ms).toLocaleString("sv-SE", { timeZone, timeZoneName: "longOffset" });
  try { return write(zone() || "UTC"); } catch { return write("UTC"); }
}

/** From when to when there are readings, of those that have a preview. */
function suggest() {
  const times = readingsOf().flatMap((file) => file.preview?.survey?.meters ?? []).flatMap((meter) => [meter.first_ms, meter.last_ms]);
  const hint = $("period-hint");
  hint.textContent = t("periodHint");
  if (times.length) hint.textContent += `; ${t("suggest")}: ${clock(Math.min(...times)).slice(0, 10)} – ${clock(Math.max(...times)).slice(0, 10)}`;
}

function showPacks() {
  if (!known || $("packs").childElementCount && $("packs").dataset.lang === lang) return;
  const chosen = chosenPacks();
  $("packs").dataset.lang = lang;
  $("packs").replaceChildren(...known.packs.filter((pack) => pack.on_request).map((pack) => {
    const line = make("div"), id = "pack-" + pack.id;
    const box = make("input", undefined, { type: "checkbox", id, value: pack.id });
    box.checked = chosen.includes(pack.id);
    line.append(box, make("label", ` ${pack.id}: ${both(pack.title)}`, { for: id }));
    return line;
  }));
}

const chosenPacks = () => [...document.querySelectorAll("#packs input:checked")].map((box) => box.value);

// ---- The answer

let answers;
const FORMS = ["json", "html-zh", "html-en", "text-zh", "text-en"];

/** The options of the call, or what is wrong with them. */
function options() {
  const given = { packs: chosenPacks(), decision: $("decision").value };
  if ($("category").value) given.category = Number($("category").value);
  if ($("estimate").value) given.estimate = $("estimate").value.split(",");
  for (const key of ["tariff", "co2"]) {
    const text = $(key).value.trim();
    if (!text) continue;
    if (!Number.isFinite(Number(text))) throw new Error(t("badNumber")(t(key)));
    given[key] = Number(text);
  }
  return given;
}

/** What is asked of the module, or an error that says what is missing. */
function request() {
  const site = siteOf(), submission = submissionOf(), readings = readingsOf();
  const judged = files.filter((file) => ["site", "submission", "spreadsheet"].includes(file.is));
  if (!judged.length) throw new Error(t("needSite"));
  if (judged.length > 1) throw new Error(t("twoSites"));
  if (submission) return { call: "audit", file: named(submission), options: options(), forms: FORMS };
  if (!readings.length) return { call: "describe", site: site.number, forms: FORMS };
  const open = readings.find((file) => file.ours === false && file.mapping === undefined);
  if (open) throw new Error(t("needConfirm")(open.name));
  const period = $("period").value.trim();
  if (!period) throw new Error(t("needPeriod"));
  return { call: "assess", site: site.number, files: readings.map((file) => named(file)), period, options: options(), forms: FORMS };
}

async function go() {
  $("trouble").textContent = "";
  $("result").hidden = true;
  answers = undefined;
  let asked;
  try {
    asked = request();
  } catch (error) {
    $("trouble").textContent = error.message;
    return;
  }
  $("state").textContent = t("working");
  $("go").disabled = true;
  await new Promise((shown) => setTimeout(shown, 30));
  try {
    const begun = performance.now();
    const told = ask(asked);
    $("state").textContent = (asked.call === "describe" ? t("needReadings") + " " : "") + t("done")(Math.round(performance.now() - begun));
    answers = Object.fromEntries(FORMS.map((form, i) => [form, told[i]]));
    answers.json += "\n";
    showResult();
    $("result").hidden = false;
    $("result").scrollIntoView();
  } catch (error) {
    $("state").textContent = "";
    const broke = error instanceof WebAssembly.RuntimeError;
    $("trouble").textContent = broke ? t("broke") : error.message;
    // What broke off left its memory in disorder: a new module, and the files anew.
    if (broke) await begin();
  }
  $("go").disabled = false;
}

function showResult() {
  if (!answers) return;
  const frame = $("report");
  frame.title = t("result");
  frame.onload = () => fit(frame);
  frame.srcdoc = answers["html-" + lang];
  const kinds = [["html", "html-" + lang, "report.html", "text/html"], ["JSON", "json", "assessment.json", "application/json"], ["text", "text-" + lang, "report.txt", "text/plain"]];
  const downloads = [make("span", t("save"))];
  for (const [label, form, name, type] of kinds) downloads.push(" ", button(label === "JSON" ? label : t(label), () => save(name, answers[form], type)));
  downloads.push(" ", button(t("print"), () => frame.contentWindow.print()));
  $("downloads").replaceChildren(...downloads);
}

/** As high as the report, so that the page has one scroll bar. */
function fit(frame) {
  if (!frame.contentDocument?.body) return;
  const grow = () => { frame.style.height = `${frame.contentDocument.body.offsetHeight + 4}px`; };
  grow();
  new ResizeObserver(grow).observe(frame.contentDocument.body);
}

function save(name, text, type) {
  const link = make("a", undefined, { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// ---- What the reader does

function example(list, period) {
  for (const file of files) wasm.forget(file.number);
  files = [];
  for (const [name, text] of list) add(name, encoder.encode(text));
  $("period").value = period;
  settle();
  go();
}

async function begin() {
  files = [];
  await start();
  known = JSON.parse(ask({ call: "known" })[0]);
  for (const one of ["pick", "go", "example-site", "example-submission"]) $(one).disabled = false;
  show();
}

for (const one of ["zh", "en"]) $("lang-" + one).addEventListener("click", () => { lang = one; show(); });
$("pick").addEventListener("change", async (event) => { await take(event.target.files); event.target.value = ""; });
$("go").addEventListener("click", go);
$("example-site").addEventListener("click", () => example([["site.json", known.sample.site], ["readings.csv", known.sample.readings]], known.sample.period));
$("example-submission").addEventListener("click", () => example([["submission.json", known.sample.submission]], ""));
for (const kind of ["dragover", "dragleave", "drop"])
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") take(event.dataTransfer.files);
  });
show();
begin().catch((error) => { $("trouble").textContent = String(error); });
