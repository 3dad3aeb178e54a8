// Reads /observe/status every two seconds and draws it. What can have the focus is made once; the rest is replaced.

import { draw, byMinute, watchPointer } from "./charts.js";
import { tell as ask } from "./decide.js";
import * as say from "./words.js";

const INTERVAL = 2_000;
const PATIENCE = 5_000;

/** Without a user and a password that the page's own address may have: fetch refuses those. */
const STATUS = new URL("observe/status", `${location.origin}${location.pathname}`);

const byId = (id) => document.getElementById(id);

/** An element; attributes that are null are left out, children that are null too. */
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  Object.entries(attributes ?? {})
    .filter(([, value]) => value !== null)
    .forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children.filter((child) => child !== null));
  return node;
}

function badge({ word, symbol, level }) {
  return el("span", { class: `badge ${level}` }, el("span", { "aria-hidden": "true" }, symbol), ` ${word}`);
}

function facts(rows) {
  return el("dl", {}, ...rows.map(([name, value, level]) =>
    el("div", { class: level ?? null }, el("dt", {}, name), el("dd", {}, value))));
}

/** In a region that scrolls by itself where it is too wide; a row becomes a block of its own there if it is not of charts. */
function table(label, header, rows, numeric = 1, kind = "stacks") {
  const cell = (name, i, attributes) => (content) =>
    el(name, { ...attributes, class: i >= header.length - numeric ? "number" : null, "data-label": name === "td" ? header[i] : null }, content);
  return el("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" },
    el("table", { class: kind },
      el("thead", {}, el("tr", {}, ...header.map((text, i) => cell("th", i, { scope: "col" })(text)))),
      el("tbody", {}, ...rows.map((row) =>
        el("tr", {}, ...row.map((content, i) =>
          i === 0 ? el("th", { scope: "row" }, content) : cell("td", i, {})(content)))))));
}

function step(title, place, rate, rows, bar = null, state = null) {
  return el("li", { class: `step ${state ?? ""}` },
    el("h3", {}, title),
    el("p", { class: "place" }, place),
    el("p", { class: "rate" }, rate),
    bar,
    facts(rows));
}

// What a person decides

async function tell(...asked) {
  await ask(...asked);
  await read();
}

function button(text, attributes, press) {
  const node = el("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", press);
  return node;
}

/** For who may change something: the others do not see them. */
function controls(name) {
  const told = el("p", { class: "told", role: "status" });
  const service = `Pipeline-${name}`;
  const rate = el("input", { type: "number", min: "0", step: "any", id: `rate-${name}`, size: "8" });
  const node = el("div", { class: "controls", hidden: "" },
    button("Pause", { class: "pause" }, () => tell(told, service, { type: "exec", operation: "pause" }, `${name} is paused.`)),
    button("Resume", { class: "resume" }, () => tell(told, service, { type: "exec", operation: "resume" }, `${name} is resumed.`)),
    el("span", { class: "rating" },
      el("label", { for: `rate-${name}` }, "Most a second "),
      rate,
      button("Set", {}, () => {
        if (rate.value === "") return;
        // As a text, which JMX takes for any number.
        tell(told, service, { type: "write", attribute: "MaxRate", value: rate.value }, `${name} takes ${rate.value} a second at most.`);
        rate.value = "";
      })),
    told);
  return node;
}

function drawControls(node, pipeline, writes) {
  const byOperator = pipeline.pauses.some(({ reason }) => reason === "operator");
  node.hidden = !writes;
  node.querySelector(".pause").hidden = byOperator;
  node.querySelector(".resume").hidden = !byOperator;
  node.querySelector(".rating").hidden = pipeline.maxRate === null || pipeline.maxRate === undefined;
  node.querySelector("input").placeholder = pipeline.maxRate ?? "";
}

// A pipeline

const charts = (pipeline) => [
  { key: "perSecond", title: "Throughput", format: say.rate },
  { key: "waiting", title: pipeline.queue ? "Queue depth" : "Lag", format: say.count, isWhole: true },
  { key: "freshnessP99Seconds", title: "Freshness p99", format: say.duration, limit: 60 },
  { key: "deadLetters", title: "Dead letters", format: say.count, isCount: true, isWhole: true },
];

const LATENCY = { source: "fetch", process: "route", batch: "wait", sink: "write", acknowledge: "commit" };

function latency(stage) {
  const what = LATENCY[stage.name];
  const rows = [[`p50 ${what}`, say.duration(stage.p50Seconds)], [`p99 ${what}`, say.duration(stage.p99Seconds)]];
  if (stage.errorsPerMinute > 0) rows.push(["errors / min", say.count(stage.errorsPerMinute), "bad"]);
  return rows;
}

function meter(inflight) {
  const share = inflight.messages / inflight.limitMessages;
  const bar = el("meter", { min: 0, max: 1, high: 0.9, value: share, "aria-label": "In flight, of the limit" });
  bar.textContent = `${Math.round(share * 100)} %`;
  return bar;
}

function flow(pipeline) {
  const [source, process, batch, sink, acknowledge] = pipeline.stages;
  const { inflight, outcomes } = pipeline;
  const sum = (key) => pipeline.batches.reduce((total, one) => total + (one[key] ?? 0), 0);
  const waiting = pipeline.queue
    ? [["visible", say.count(pipeline.queue.visible)], ["oldest received", say.duration(pipeline.queue.oldestReceivedSeconds)]]
    : [["lag", say.count(pipeline.waiting)], ...(pipeline.unreadable ? [["unreadable", say.count(pipeline.unreadable), "warn"]] : []),
      ...(pipeline.missing ? [["missing", say.count(pipeline.missing), "bad"]] : [])];
  if (pipeline.late > 0) waiting.push(["older than 60 s", say.count(pipeline.late), "bad"]);
  const stopped = pipeline.state === "held" ? "bad" : pipeline.state === "paused" ? "warn" : null;
  return [
    step("Source", say.place(pipeline.source), say.rate(source.perSecond), [...waiting, ...latency(source)], null, stopped),
    step("Process", say.list([pipeline.name]), say.rate(process.perSecond),
      [["in flight", `${say.count(inflight.messages)} of ${say.count(inflight.limitMessages)}`], ...latency(process)],
      meter(inflight), pipeline.state === "full" ? "warn" : null),
    step("Batch", say.list(pipeline.batches.map((one) => `batch:${one.name}`)), say.rate(batch.perSecond),
      [["waiting", say.count(sum("waiting"))], ["most in one write", say.list(pipeline.batches.map((one) => say.count(one.sizeLimit)))],
        ...latency(batch)]),
    step("Sink", say.list([...new Set(pipeline.batches.flatMap((one) => one.targets.map(say.place)))]), say.rate(sink.perSecond),
      [["lanes writing", `${sum("lanesWriting")} of ${sum("lanesAllowed")}`], ...latency(sink)], null,
      pipeline.state === "held" ? "bad" : null),
    step("Acknowledged", say.place(pipeline.source), say.rate(acknowledge.perSecond),
      [["applied", say.count(outcomes.applied)], ["duplicates", say.count(outcomes.duplicate)],
        ...(outcomes.conflict > 0 ? [["ids used twice", say.count(outcomes.conflict)]] : []),
        ["dead letters", say.count(outcomes.deadLetter)], ...latency(acknowledge)]),
  ];
}

function pipelineSection(name) {
  const id = `pipeline-${name}`;
  const figures = charts({}).map(() =>
    el("figure", {},
      el("figcaption", {}, el("span", { class: "name" }), el("strong", { class: "current" })),
      el("div", { class: "frame" },
        el("div", { class: "scale", "aria-hidden": "true" }, el("span", {}), el("span", {}), el("span", {})),
        el("div", { class: "plot" }),
        el("div", { class: "overlay", "aria-hidden": "true" },
          el("span", { class: "pointer", hidden: "" }), el("span", { class: "tip", hidden: "" }))),
      el("div", { class: "axis", "aria-hidden": "true" }, el("span", {}, "15 min ago"), el("span", {}, "now"))));
  const node = el("section", { class: "card pipeline", "aria-labelledby": id },
    el("div", { class: "title" }, el("h2", { id }, name), el("p", { class: "state" })),
    controls(name),
    el("ol", { class: "flow", "aria-label": `The way of a message through ${name}` }),
    el("h3", { class: "unseen" }, "The last 15 minutes"),
    el("div", { class: "charts" }, ...figures),
    el("details", {}, el("summary", {}, "The charts as a table"), el("div", {})),
    el("h3", {}, "Objectives"),
    el("div", { class: "objectives" }));
  figures.forEach(watchPointer);
  return { node, figures, find: (selector) => node.querySelector(selector) };
}

function drawPipeline({ figures, find }, pipeline, status) {
  find(".state").replaceChildren(badge(say.state(pipeline.state)), ` ${say.pauses(pipeline, status.at)}`);
  drawControls(find(".controls"), pipeline, status.writes);
  find(".flow").replaceChildren(...flow(pipeline));
  const columns = charts(pipeline).map((chart) => ({ ...chart, values: pipeline.history[chart.key] }));
  columns.forEach((chart, i) => draw(figures[i], status.times, chart.values, chart));
  keepScroll(find("details > div"), table(
    `The last 15 minutes of ${pipeline.name}`,
    ["Minutes ago", ...columns.map(({ title }) => title)],
    byMinute(status.times, columns).map(([ago, ...values]) =>
      [String(ago), ...values.map((value, i) => columns[i].format(value))]),
    columns.length, null));
  keepScroll(find(".objectives"), table(
    `Objectives of ${pipeline.name}`,
    ["Objective", "State", "Errors: allowed", "last day", "last hour", "5 min", "waiting now"],
    pipeline.objectives.map((one) => {
      const objective = status.objectives.find(({ name }) => name === one.name);
      return [
        el("span", {}, el("b", {}, one.name), el("span", { class: "explained" }, objective.text)),
        badge(say.objective(one.state)),
        say.share(objective.budget),
        ...["1d", "1h", "5m", "now"].map((window) => say.share(one.errorRatio[window])),
      ];
    }), 5));
}

/** Replaces what a node holds, without taking the focus or the scrolled position from a table. */
function keepScroll(node, next) {
  const old = node.firstElementChild;
  if (old?.className !== next.className) {
    node.replaceChildren(next);
  } else {
    const held = document.activeElement?.closest("[data-key]")?.dataset.key;
    old.replaceChildren(...next.childNodes);
    if (held && !old.contains(document.activeElement)) old.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  }
}

// The rest of the page

function outboxFlow(outbox) {
  return el("div", { class: "card" },
    el("ol", { class: "flow three", "aria-label": `The way of an entry of ${outbox.destination}` },
      step("Outbox", `outbox:${outbox.destination}`, `${say.count(outbox.pending)} pending`,
        [["oldest", say.duration(outbox.oldestSeconds), outbox.oldestSeconds > 60 ? "bad" : null]], null,
        outbox.oldestSeconds > 60 ? "bad" : null),
      step("Relay", "in order per key", say.rate(outbox.perSecond),
        [["p50 lag", say.duration(outbox.p50Seconds)], ["p99 lag", say.duration(outbox.p99Seconds)],
          ...(outbox.errorsPerMinute > 0 ? [["errors / min", say.count(outbox.errorsPerMinute), "bad"]] : [])]),
      step("Delivered", say.list(outbox.targets.map(say.place)) || "no relay in this process",
        say.count(outbox.delivered), [])));
}

function drawAttention(status) {
  const items = say.attention(status);
  byId("attention").classList.toggle("calm", items.length === 0);
  byId("attention").querySelector("ul").replaceChildren(...(items.length === 0
    ? [el("li", {}, badge(say.calm), " Nothing needs attention.")]
    : items.map(({ label, text, runbook }) => el("li", {}, badge(label), ` ${text} `,
      runbook ? el("a", { href: say.runbook(runbook), "data-key": `runbook ${text}` }, "runbook") : null))));
  const spoken = items.map(({ key }) => key).join(". ") || "Nothing needs attention";
  if (byId("announcement").textContent !== spoken) byId("announcement").textContent = spoken;
  document.title = items.length === 0 ? "Headgate" : `(${items.length}) Headgate`;
}

const sections = new Map();

function drawPipelines(status) {
  const names = status.pipelines.map(({ name }) => name);
  if (names.join() !== [...sections.keys()].join()) {
    sections.clear();
    names.forEach((name) => sections.set(name, pipelineSection(name)));
    byId("pipelines").replaceChildren(...[...sections.values()].map(({ node }) => node));
  }
  status.pipelines.forEach((pipeline) => drawPipeline(sections.get(pipeline.name), pipeline, status));
}

function drawAll(status) {
  byId("process").textContent = `${status.version}, commit ${status.commit}, up ${say.since(status.started, status.at)}`;
  byId("read").textContent = `Read at ${say.time(status.at)}`;
  drawAttention(status);
  drawPipelines(status);
  byId("outboxes").hidden = status.outboxes.length === 0;
  byId("outboxes").lastElementChild.replaceChildren(...status.outboxes.map(outboxFlow));
  drawLetters(status);
  byId("jobs").hidden = status.jobs.length === 0;
  if (status.jobs.length > 0) {
    keepScroll(byId("jobs").lastElementChild, table("Queues of jobs",
      ["Queue", "State", "Available", "Oldest due", "Executing", "Later", "Completed", "Failed", "Next run"],
      status.jobs.map((queue) => {
        const job = say.job(queue, status.at);
        return [queue.queue, badge(job.state), ...job.numbers];
      }), 7));
  }
}

let lettersDrawn = "";

/** Anew only if they differ: who is about to press a button finds it there. */
function drawLetters(status) {
  const { deadLetters, writes } = status;
  const next = JSON.stringify([deadLetters, writes]);
  if (next === lettersDrawn) return;
  lettersDrawn = next;
  const node = byId("letters").querySelector(".rows");
  if (deadLetters.length === 0) {
    node.replaceChildren(el("p", {}, "None."));
    return;
  }
  const told = byId("letters").querySelector(".told");
  const rows = deadLetters.map(({ pipeline, reason, open, sinceStart }) => {
    const key = `${pipeline} ${reason}`;
    const decide = (operation, ...given) => tell(told, "DeadLetters", { type: "exec", operation, arguments: [pipeline, reason, ...given] });
    const replay = () => confirm(`Send all of ${pipeline} again that were refused for this?\n${reason}`) && decide("replay");
    const discard = () => {
      const why = prompt(`Why are those of ${pipeline} discarded that were refused for this? It is kept with them.\n${reason}`);
      if (why?.trim()) decide("discard", why.trim());
    };
    const query = new URLSearchParams({ pipeline, reason });
    return [
      pipeline,
      open > 0 ? el("a", { href: `observe/dead-letters?${query}`, "data-key": `look ${key}` }, reason) : reason,
      say.count(open),
      say.count(sinceStart),
      ...(writes
        ? [open > 0
          ? el("span", { class: "decide" },
            button("Replay", { "data-key": `replay ${key}` }, replay),
            button("Discard", { "data-key": `discard ${key}` }, discard))
          : ""]
        : []),
    ];
  });
  keepScroll(node, table("Dead letters by pipeline and reason",
    ["Pipeline", "Reason", "Open", "Since start", ...(writes ? ["Decide"] : [])], rows, writes ? 3 : 2));
}

// Reading

let lastReached = null;

function showReached(problem) {
  const banner = byId("unreachable");
  document.body.classList.toggle("stale", problem !== null);
  if (problem === null) {
    lastReached = new Date();
    banner.hidden = true;
  } else if (banner.hidden) {
    banner.textContent = lastReached === null
      ? `Not reachable: ${problem}.`
      : `Not reachable since ${say.time(lastReached)}: ${problem}. What you see is from then.`;
    banner.hidden = false;
    document.title = "Not reachable: Headgate";
  }
}

async function read() {
  try {
    const response = await fetch(STATUS, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    drawAll(await response.json());
    showReached(null);
  } catch (error) {
    showReached(error.message.startsWith("it answers") ? error.message : "the process does not answer");
    if (!(error instanceof TypeError && error.message.includes("fetch"))) console.error(error);
  }
}

async function loop() {
  if (!document.hidden) await read();
  setTimeout(loop, INTERVAL);
}

document.addEventListener("visibilitychange", () => document.hidden || read());
loop();
