// Small charts: an SVG that stretches, its labels in HTML so that they do not, and a text that says the same.

const SVG = "http://www.w3.org/2000/svg";
const SECONDS = 900;
const WIDTH = 900;
const HEIGHT = 100;

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

/** The next of 1, 2, 5, 10, 20, ... */
export function above(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((edge) => edge >= value * 0.999);
}

/** Where values are known: runs of [x, value]. */
function runs(times, values) {
  const all = [];
  let run = null;
  const end = times.at(-1);
  values.forEach((value, i) => {
    if (value === null) {
      run = null;
      return;
    }
    if (!run) all.push((run = []));
    run.push([Math.max(0, WIDTH * (1 - (end - times[i]) / SECONDS)), value]);
  });
  return all;
}

function lines(times, values, y) {
  return runs(times, values).flatMap((run) => {
    const points = run.map(([x, value]) => `${x.toFixed(1)},${y(value).toFixed(1)}`);
    const [first, last] = [run[0][0], run.at(-1)[0]];
    return [
      shape("path", { class: "area", d: `M${first},${HEIGHT}L${points.join("L")}L${last},${HEIGHT}Z` }),
      shape("path", { class: "line", d: `M${points.join("L")}${run.length === 1 ? "h3" : ""}` }),
    ];
  });
}

function bars(times, values, y) {
  return runs(times, values).flatMap((run) =>
    run
      .filter(([, value]) => value > 0)
      .map(([x, value]) =>
        shape("rect", { class: "bar", x: Math.max(0, x - 5), y: y(value), width: 5, height: HEIGHT - y(value) })));
}

/**
 * Draws into a figure.
 * options: title, format (of a value), isCount (bars), isWhole (of messages), limit (a line where the objective is, if values come near it)
 */
export function draw(figure, times, values, options) {
  const known = values.filter((value) => value !== null);
  const most = Math.max(0, ...known);
  const showsLimit = options.limit && most > options.limit / 3;
  const top = above(Math.max(most, showsLimit ? options.limit : 0));
  const y = (value) => HEIGHT - (HEIGHT - 4) * (value / top);
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  svg.setAttribute("aria-label", summary(known, options));
  svg.append(shape("path", { class: "grid", d: `M0,${y(top)}H${WIDTH}M0,${y(top / 2)}H${WIDTH}M0,${HEIGHT}H${WIDTH}` }));
  if (showsLimit) svg.append(shape("path", { class: "limit", d: `M0,${y(options.limit)}H${WIDTH}` }));
  svg.append(...(options.isCount ? bars : lines)(times, values, y));
  figure.querySelector(".name").textContent = options.title;
  figure.querySelector(".plot").replaceChildren(svg);
  figure.querySelectorAll(".scale span").forEach((label, i) => {
    const value = (top * (2 - i)) / 2;
    // Half of 5 messages is no number that a count has.
    label.textContent = options.isWhole && !Number.isInteger(value) ? "" : options.format(value);
  });
  figure.shown = { times, values, options };
  point(figure);
  figure.querySelector(".current").textContent = options.isCount
    ? options.format(known.reduce((sum, value) => sum + value, 0))
    : options.format(values.at(-1) ?? null);
}

/** Says what the value is where the pointer is, also after the chart has moved on below it. */
export function watchPointer(figure) {
  const frame = figure.querySelector(".frame");
  frame.addEventListener("pointermove", (event) => {
    const box = figure.querySelector(".plot").getBoundingClientRect();
    figure.pointer = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    point(figure);
  });
  frame.addEventListener("pointerleave", () => {
    figure.pointer = undefined;
    point(figure);
  });
}

function point(figure) {
  const [line, tip] = [figure.querySelector(".pointer"), figure.querySelector(".tip")];
  const { times, values, options } = figure.shown;
  const is = figure.pointer !== undefined && times.length > 0;
  line.hidden = tip.hidden = !is;
  if (!is) return;
  const wanted = times.at(-1) - (1 - figure.pointer) * SECONDS;
  const nearest = times.reduce((best, time, i) => (Math.abs(time - wanted) < Math.abs(times[best] - wanted) ? i : best), 0);
  const share = 1 - (times.at(-1) - times[nearest]) / SECONDS;
  line.style.left = `${share * 100}%`;
  tip.textContent = `${new Date(times[nearest] * 1_000).toLocaleTimeString("en-GB")}  ${options.format(values[nearest])}`;
  tip.style.left = share < 0.5 ? `${share * 100}%` : "auto";
  tip.style.right = share < 0.5 ? "auto" : `${(1 - share) * 100}%`;
}

function summary(known, options) {
  if (known.length === 0) return `${options.title} in the last 15 minutes: no values`;
  const sum = known.reduce((total, value) => total + value, 0);
  return options.isCount
    ? `${options.title} in the last 15 minutes: ${options.format(sum)} in all`
    : `${options.title} in the last 15 minutes: lowest ${options.format(Math.min(...known))}, ` +
        `highest ${options.format(Math.max(...known))}, last ${options.format(known.at(-1))}`;
}

/** One row a minute: [minutes ago, the last known value of each column in that minute]; counts are summed. */
export function byMinute(times, columns) {
  const end = times.at(-1);
  const rows = [];
  for (let ago = 0; ago < SECONDS / 60; ago++) {
    const inside = times.flatMap((time, i) => (Math.floor((end - time) / 60) === ago ? [i] : []));
    if (inside.length === 0) break;
    rows.push([
      ago,
      ...columns.map(({ values, isCount }) => {
        const known = inside.map((i) => values[i]).filter((value) => value !== null);
        if (known.length === 0) return null;
        return isCount ? known.reduce((sum, value) => sum + value, 0) : known.at(-1);
      }),
    ]);
  }
  return rows;
}
