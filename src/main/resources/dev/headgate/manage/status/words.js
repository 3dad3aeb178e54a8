// Numbers, times and states as a person reads them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const NONE = "–";

const isNone = (value) => value === null || value === undefined;

export function count(value) {
  if (isNone(value)) return NONE;
  if (value < 1 && value > 0) return value.toPrecision(2);
  return value >= 1_000_000 ? short.format(value) : whole.format(value);
}

export function rate(value) {
  if (isNone(value)) return NONE;
  return value > 0 && value < 10 ? `${value.toFixed(1)}/s` : `${count(value)}/s`;
}

export function duration(seconds) {
  if (isNone(seconds)) return NONE;
  if (seconds === 0) return "0 s";
  if (seconds < 0.001) return "< 1 ms";
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** A share of errors. */
export function share(value) {
  if (isNone(value)) return NONE;
  if (value === 0) return "0 %";
  return value < 0.0001 ? "< 0.01 %" : `${Number((value * 100).toPrecision(2))} %`;
}

export function time(at) {
  return new Date(at).toLocaleTimeString("en-GB");
}

export function since(from, to) {
  return duration(Math.max(0, Math.round((new Date(to) - new Date(from)) / 1_000)));
}

export const list = (words) => words.join(", ");

const SCHEMES = { kafka: "Kafka", "aws2-sqs": "SQS", "aws2-s3": "S3", objects: "S3", sql: "Postgres" };

export function place(at) {
  return at ? `${SCHEMES[at.scheme] ?? `${at.scheme}:`} ${at.name}`.trim() : "";
}

// States: a word, a symbol, and a level for the colour

const STATES = {
  running: { word: "Running", symbol: "✓", level: "ok" },
  full: { word: "Waiting for room", symbol: "◐", level: "warn" },
  paused: { word: "Paused", symbol: "❚❚", level: "warn" },
  held: { word: "Held", symbol: "✕", level: "bad" },
};

const OBJECTIVES = {
  ok: { word: "ok", symbol: "✓", level: "ok" },
  "at risk": { word: "at risk", symbol: "▲", level: "warn" },
  breached: { word: "breached", symbol: "✕", level: "bad" },
  "no data": { word: "no data", symbol: "○", level: "none" },
};

export const state = (name) => STATES[name];
export const objective = (name) => OBJECTIVES[name];
export const calm = { word: "ok", symbol: "✓", level: "ok" };

const REASONS = {
  inflight: "its limit of messages in flight is reached",
  process: "the process's limit of messages in flight is reached",
  operator: "an operator paused it",
};

/** Since when and why; that a limit is reached says nothing where somebody or something else makes it pause. */
export function pauses(pipeline, now) {
  const isFull = pipeline.state === "full";
  return pipeline.pauses
    .filter(({ reason }) => isFull || reason === "outage" || reason === "operator")
    .map((pause) => `since ${time(pause.since)} (${since(pause.since, now)}): ${pause.why ?? REASONS[pause.reason] ?? pause.reason}`)
    .join("; ");
}

/** Its text from that headline on: the file has no other marks. */
export const runbook = (headline) => `observe/page/runbook.md#:~:text=${encodeURIComponent(`## ${headline}`)}`;

/** Of a queue: its state, then what is available, its oldest, executing, later, completed, failed, next run. */
export function job({ meters }, now) {
  const of = (name) => meters[`headgate_${name}`];
  const sum = (...names) => {
    const known = names.map(of).filter((value) => !isNone(value));
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  const next = of("job_next_run_timestamp_seconds");
  return {
    state: of("job_queue_paused") === 1 ? STATES.paused : STATES.running,
    numbers: [
      count(of("jobs available")),
      duration(of("job_oldest_due_seconds")),
      count(of("jobs executing")),
      count(sum("jobs scheduled", "jobs retryable")),
      count(of("job_executed_total completed")),
      count(of("job_errors_total")),
      isNone(next) ? NONE : `in ${duration(Math.max(0, next - new Date(now) / 1_000))}`,
    ],
  };
}

const withTimes = (text) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, time);

const ERRORS = { word: "Errors", symbol: "▲", level: "warn" };

/** What is the matter with messages of a pipeline that its state does not say. */
function ofMessages(pipeline) {
  const items = [];
  const { name, late, oldestSeconds, missing, unreadable, outcomes, stages } = pipeline;
  if (late > 0) {
    const oldest = oldestSeconds > 60 ? `, the oldest in a batch ${duration(oldestSeconds)}` : "";
    items.push({
      key: `${name} has late messages`,
      runbook: "Freshness",
      label: { word: "Late", symbol: "▲", level: "warn" },
      text: `${name}: ${count(late)} messages that have not ended are older than 60 s${oldest}; what is held, paused or slow keeps them`,
    });
  }
  const failing = stages.filter(({ errorsPerMinute }) => errorsPerMinute > 0);
  if (failing.length > 0) {
    items.push({
      key: `${name} has errors`,
      runbook: "Reliability",
      label: ERRORS,
      text: `${name}: errors in the last minute, ${failing.map((stage) => `${count(stage.errorsPerMinute)} in ${stage.name}`).join(", ")}; ` +
        "headgate_stage_errors_total has their reasons, the log says why",
    });
  }
  if (missing > 0) {
    items.push({
      key: `${name} misses messages`,
      runbook: "HeadgateMessagesMissing",
      label: { word: "Missing", symbol: "✕", level: "bad" },
      text: `${name}: up to ${count(missing)} messages were deleted from the topic before they were read; the log has their offsets. Let them be sent again`,
    });
  }
  if (unreadable > 0) {
    items.push({
      key: `${name} has unreadable messages`,
      runbook: "HeadgateTransactionOpen",
      label: { word: "Unreadable", symbol: "◐", level: "warn" },
      text: `${name}: ${count(unreadable)} messages wait behind an open transaction of their producer; it, or its broker, has to end it`,
    });
  }
  if (outcomes.conflict > 0) {
    items.push({
      key: `${name} has ids used twice`,
      label: { word: "Ids used twice", symbol: "▲", level: "warn" },
      text: `${name}: ${count(outcomes.conflict)} messages have an id that was used before with other content; the log names some, their sender has to mend it`,
    });
  }
  return items;
}

/** By pipeline: how many, and why. */
function openLetters(status) {
  const pipelines = new Map();
  for (const { pipeline, reason, open } of status.deadLetters) {
    if (open > 0) {
      const known = pipelines.get(pipeline) ?? { pipeline, messages: 0, reasons: [] };
      known.messages += open;
      known.reasons.push(`${count(open)} ${reason}`);
      pipelines.set(pipeline, known);
    }
  }
  return [...pipelines.values()];
}

/** What a person should look at: a key that changes only with the matter, a label and a text. */
export function attention(status) {
  const items = [];
  for (const pipeline of status.pipelines) {
    if (pipeline.state === "held" || pipeline.state === "paused") {
      const label = state(pipeline.state);
      items.push({
        key: `${pipeline.name} is ${label.word.toLowerCase()}`,
        runbook: pipeline.state === "held" ? "HeadgateHeld" : "HeadgatePausedTooLong",
        label,
        text: `${pipeline.name}, ${pauses(pipeline, status.at)}`,
      });
    }
    for (const one of pipeline.objectives) {
      if (one.state === "breached" || one.state === "at risk") {
        const { text, budget } = status.objectives.find(({ name }) => name === one.name);
        items.push({
          key: `${one.name} of ${pipeline.name} is ${one.state}`,
          runbook: one.name[0].toUpperCase() + one.name.slice(1),
          label: objective(one.state),
          text: `${one.name} of ${pipeline.name}: ${share(one.errorRatio["1d"])} errors in the last day, ` +
            `${share(one.errorRatio["1h"])} in the last hour, ${share(budget)} allowed (${text})`,
        });
      }
    }
  }
  for (const pipeline of status.pipelines) {
    items.push(...ofMessages(pipeline));
  }
  for (const { pipeline, messages, reasons } of openLetters(status)) {
    items.push({
      key: `${pipeline} has open dead letters`,
      runbook: "HeadgateDeadLettersRising",
      label: { word: "Dead letters", symbol: "▲", level: "warn" },
      text: `${pipeline}: ${count(messages)} open (${reasons.join(", ")}): look with ./headgate dead-letters list --reasons, ` +
        "mend the cause, then replay or discard them",
    });
  }
  for (const { check, message } of status.notReady) {
    // What is held is said above.
    if (check !== "headgate-hold") {
      items.push({ key: `${check} is not ready`, label: { word: "Not ready", symbol: "✕", level: "bad" }, text: withTimes(message) || check });
    }
  }
  for (const { destination, oldestSeconds, errorsPerMinute } of status.outboxes) {
    if (errorsPerMinute > 0) {
      items.push({
        key: `outbox ${destination} has errors`,
        runbook: "HeadgateRelayStuck",
        label: ERRORS,
        text: `outbox:${destination}: ${count(errorsPerMinute)} errors in the last minute; the log and last_error in headgate.outbox say why`,
      });
    }
    if (oldestSeconds > 60) {
      items.push({
        key: `outbox ${destination} is behind`,
        runbook: "HeadgateRelayStuck",
        label: { word: "Behind", symbol: "▲", level: "warn" },
        text: `outbox:${destination}: its oldest entry has waited for ${duration(oldestSeconds)}; its destination is slow or refuses, or no process relays it`,
      });
    }
  }
  for (const [server, age] of Object.entries(status.queryAgeSeconds)) {
    if (age > 30) {
      items.push({
        key: `figures of ${server} are old`,
        label: { word: "Stale", symbol: "▲", level: "warn" },
        text: `Figures asked of ${server} are ${duration(age)} old`,
      });
    }
  }
  return items;
}
