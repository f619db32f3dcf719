(() => {
"use strict";
const root = document.documentElement;
root.classList.add("js");
const colour = name => getComputedStyle(root).getPropertyValue("--" + name).trim();

// Numbers, as in the pictures.
const minus = text => text.replace(/-/g, "−");
const scientific = v => minus(v.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e"));
function compact(v) {
  const size = Math.abs(v);
  if (size === 0) return "0";
  if (size < 1e-4 || size >= 1e12) return scientific(v);
  const [by, unit] = size >= 1e9 ? [1e9, "G"] : size >= 1e6 ? [1e6, "M"] : size >= 1e5 ? [1e3, "k"] : [1, ""];
  const a = Math.abs(v / by);
  const decimals = a >= 100 ? 0 : a >= 10 ? 1 : a >= 1 ? 2 : a >= 0.1 ? 3 : a >= 0.01 ? 4 : 6;
  const text = (v / by).toFixed(decimals);
  return minus(decimals ? text.replace(/\.?0+$/, "") : text) + unit;
}
const factor = axis => axis.percent ? 100 : 1;
const shown = (v, axis) => compact(v * factor(axis)) + (axis.percent ? " %" : "");
function tick(v, step, axis) {
  v *= factor(axis);
  step *= factor(axis);
  const unit = axis.percent ? " %" : "";
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (Math.abs(v) < step * 1e-6) v = 0;
  if (decimals > 6 || Math.abs(v) >= 1e15) return (v ? scientific(v) : "0") + unit;
  if (v === 0 && step >= 1) return "0" + unit;
  if (step >= 1e6) return minus(String(v / 1e6)) + "M" + unit;
  if (step >= 1e3 && Math.abs(v) >= 1e4) return minus(String(v / 1e3)) + "k" + unit;
  return minus(v.toFixed(decimals)) + unit;
}

// The steps between lines: 1, 2, 5 and their multiples by ten.
const steps = from => {
  const all = [];
  for (let e = from; e <= 300; e++) for (const m of [1, 2, 5]) all.push(+(m + "e" + e));
  return all;
};

function axisOf(axis, extra) {
  const it = {
    stroke: colour("ink"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: colour("grid"), width: 1 },
    ticks: { stroke: colour("rule"), width: 1, size: 4 },
    ...extra,
  };
  if (axis.log) {
    it.filter = (u, all) => all;
    it.values = (u, all) => all.map(v => {
      const lead = v / 10 ** Math.floor(Math.log10(v) + 1e-9);
      const wide = Math.log10(all[all.length - 1] / all[0]) > 2.5;
      return Math.abs(lead - 1) < 1e-6 || !wide && [2, 5].some(n => Math.abs(lead - n) < 1e-6)
        ? shown(v, axis) : null;
    });
  } else {
    it.incrs = steps(axis.whole ? 0 : -300);
    it.values = (u, all, i, space, step) => all.map(v => tick(v, step, axis));
  }
  return it;
}

const scaleX = axis => ({
  time: false,
  distr: axis.log ? 3 : 1,
  range: (u, lo, hi) => {
    const all = u.data[0];
    const is = lo == null || lo >= hi || lo <= all[0] && hi >= all[all.length - 1];
    return is ? [axis.lo, axis.hi] : [lo, hi];
  },
});
const scaleY = axis => ({ distr: axis.log ? 3 : 1, range: () => [axis.lo, axis.hi] });

// Draws inside of the plot only.
function inside(u, draw) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, uPlot.pxRatio, v => u.valToPos(v, "x", true), v => u.valToPos(v, "y", true));
  ctx.restore();
}

function bands(u, it) {
  inside(u, (ctx, px, x, y) => it.series.forEach((s, n) => {
    if (!s.lo || !u.series[n + 1].show) return;
    ctx.fillStyle = colour("s" + n % 8);
    ctx.globalAlpha = 0.2;
    let piece = [];
    const flush = () => {
      if (piece.length > 1) {
        ctx.beginPath();
        piece.forEach(i => ctx.lineTo(x(it.xs[i]), y(s.hi[i])));
        piece.reverse().forEach(i => ctx.lineTo(x(it.xs[i]), y(s.lo[i])));
        ctx.fill();
      }
      piece = [];
    };
    it.xs.forEach((_, i) => s.lo[i] == null || s.hi[i] == null ? flush() : piece.push(i));
    flush();
  }));
}

// The sign of a series every so many pixels.
function signs(u, it, n) {
  const s = it.series[n];
  if (!s || s.dashed || it.series.length < 2 || !u.series[n + 1].show) return;
  inside(u, (ctx, px, x, y) => {
    ctx.fillStyle = colour("s" + n % 8);
    let next = null;
    it.xs.forEach((v, i) => {
      if (s.y[i] == null) return;
      const at = x(v);
      if (next === null) next = at + 18 * px * (n % 5);
      if (at < next) return;
      next = at + 90 * px;
      sign(ctx, n % 6, at, y(s.y[i]), px);
    });
  });
}
const SIGNS = "●■▲◆▼✚";
const CORNERS = [
  [], [-3, -3, 3, -3, 3, 3, -3, 3], [0, -4.2, 4, 3, -4, 3], [0, -4.5, 4.5, 0, 0, 4.5, -4.5, 0],
  [-4, -3, 4, -3, 0, 4.2],
  [-1.3, -4.2, 1.3, -4.2, 1.3, -1.3, 4.2, -1.3, 4.2, 1.3, 1.3, 1.3, 1.3, 4.2, -1.3, 4.2, -1.3, 1.3,
    -4.2, 1.3, -4.2, -1.3, -1.3, -1.3],
];
function sign(ctx, kind, x, y, px) {
  ctx.beginPath();
  if (kind === 0) ctx.arc(x, y, 3.2 * px, 0, 7);
  const c = CORNERS[kind];
  for (let i = 0; i < c.length; i += 2) ctx.lineTo(x + c[i] * px, y + c[i + 1] * px);
  ctx.closePath();
  ctx.fill();
}

// Numbered flags above the plot, in up to three rows.
function flags(u, marks, flagged) {
  const { ctx, bbox } = u, px = uPlot.pxRatio, ends = [-1e9, -1e9, -1e9];
  const all = marks.map((v, i) => [v, i + 1]).sort((a, b) => a[0] - b[0]);
  const seen = [];
  for (const [v, n] of all) {
    const at = u.valToPos(v, "x", true);
    if (at < bbox.left - 1 || at > bbox.left + bbox.width + 1) continue;
    let row = ends.findIndex(end => at - end >= 18 * px);
    if (row < 0) row = 2;
    ends[row] = at;
    seen.push([n, at, flagged ? bbox.top - (9 + 17 * row) * px : bbox.top]);
  }
  ctx.save();
  ctx.strokeStyle = colour("soft");
  ctx.lineWidth = px;
  ctx.setLineDash([2 * px, 3 * px]);
  for (const [, at, top] of seen) {
    ctx.beginPath();
    ctx.moveTo(at, top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  for (const [n, at, top] of flagged ? seen : []) {
    ctx.fillStyle = colour("paper");
    ctx.beginPath();
    ctx.arc(at, top, 7.5 * px, 0, 7);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = colour("ink");
    ctx.font = 10 * px + "px system-ui, sans-serif";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(String(n), at, top + px / 2);
  }
  ctx.restore();
}
function rows(marks, axis, width) {
  const ends = [-1e9, -1e9, -1e9];
  const part = v => axis.log ? Math.log(v / axis.lo) / Math.log(axis.hi / axis.lo)
    : (v - axis.lo) / (axis.hi - axis.lo);
  return [...marks].sort((a, b) => a - b).reduce((most, v) => {
    const at = part(v) * width;
    if (at < -1 || at > width + 1) return most;
    let row = ends.findIndex(end => at - end >= 18);
    if (row < 0) row = 2;
    ends[row] = at;
    return Math.max(most, row + 1);
  }, 0);
}

function labelled(u, text) {
  const it = document.createElement("div");
  it.textContent = text;
  it.className = "axis-name";
  it.style.cssText = "font-size:12px;padding-left:6px";
  it.style.color = "var(--soft)";
  u.root.insertBefore(it, u.root.firstChild);
}

// A line in the legend looks as in the chart.
const legend = {
  markers: {
    width: (u, i) => u.series[i].dash ? 2 : 0,
    stroke: (u, i) => u.series[i].stroke(u, i),
    dash: () => "dashed",
    fill: (u, i) => u.series[i].dash ? "transparent" : u.series[i].stroke(u, i),
  },
};

function lines(it, width, key) {
  const x = { label: it.x.label, value: (u, v) => v == null ? "–" : shown(v, it.x) };
  const series = it.series.map((s, n) => ({
    label: s.dashed || it.series.length < 2 ? s.name : SIGNS[n % 6] + " " + s.name,
    stroke: colour("s" + n % 8),
    width: 1.8,
    dash: s.dashed ? [6, 4] : undefined,
    spanGaps: false,
    points: { size: 5, fill: colour("s" + n % 8), show: (u, si, i0, i1) => i1 - i0 < 3, filter: alone },
    value: (u, v, si, i) => {
      if (v == null) return "–";
      const band = s.lo && i != null && s.lo[i] != null && s.hi[i] != null
        ? " [" + shown(s.lo[i], it.y) + ", " + shown(s.hi[i], it.y) + "]" : "";
      return shown(v, it.y) + band;
    },
  }));
  const pad = 10 + 17 * rows(it.marks, it.x, width - it.room - 24);
  const cursor = { sync: { key, scales: ["x", null] }, y: false, drag: { x: true, y: false } };
  const main = {
    width, height: 230 + pad, padding: [pad, 24, 0, 0], cursor, legend, series: [x, ...series],
    scales: { x: scaleX(it.x), y: scaleY(it.y) },
    axes: [axisOf(it.x, it.below ? { size: 8, values: () => [] } : { label: it.x.label, labelSize: 18,
      labelFont: "12px system-ui, sans-serif", size: 30 }), axisOf(it.y, { size: it.room })],
    hooks: {
      drawAxes: [u => bands(u, it), u => flags(u, it.marks, true)],
      drawSeries: [(u, si) => signs(u, it, si - 1)],
      ready: [u => labelled(u, it.y.label)],
    },
  };
  const charts = [[main, [it.xs, ...it.series.map(s => s.y)]]];
  if (it.below) {
    const b = it.below;
    charts.push([{
      width, height: 120, padding: [6, 24, 0, 0], cursor, legend, class: "lower",
      series: [x, {
        label: b.name, stroke: colour("rule"), fill: colour("rule"), width: 0,
        paths: uPlot.paths.bars({ size: [0.7, 40] }), points: { show: false },
        value: (u, v) => v == null ? "–" : shown(v, b),
      }],
      scales: { x: scaleX(it.x), y: scaleY(b) },
      axes: [axisOf(it.x, { label: it.x.label, labelSize: 18, size: 30,
        labelFont: "12px system-ui, sans-serif" }), axisOf(b, { size: it.room, space: 22 })],
      hooks: {
        drawAxes: [u => flags(u, it.marks, false)],
        ready: [u => labelled(u, b.label || b.name)],
      },
    }, [it.xs, b.y]]);
  }
  return charts;
}
// A value between two gaps is a point, since no line shows it.
function alone(u, si, show) {
  const y = u.data[si], found = [];
  for (let i = u.series[0].idxs[0]; i <= u.series[0].idxs[1]; i++)
    if (y[i] != null && y[i - 1] == null && y[i + 1] == null) found.push(i);
  return found.length ? found : null;
}

function histogram(it, width) {
  const pad = 10 + 17 * rows(it.marks, it.x, width - it.room - 24);
  const last = it.xs.length - 1, none = it.xs.map(() => null);
  const series = [{
    label: it.x.label,
    value: (u, v, si, i) => v == null || i >= last ? "–" : shown(it.xs[i], it.x) + " to " + shown(it.xs[i + 1], it.x),
  }, {
    label: it.y.label, stroke: colour("s0"), fill: colour("s0") + "99", width: 1,
    paths: uPlot.paths.stepped({ align: 1 }), points: { show: false },
    value: (u, v, si, i) => v == null || i >= last ? "–" : shown(v, it.y),
  }];
  if (it.overlay) series.push({ label: "for comparison", stroke: colour("s1"), width: 1.8, value: () => "" });
  const opts = {
    width, height: 240 + pad, padding: [pad, 24, 0, 0], series, legend,
    cursor: {
      y: false, drag: { x: true, y: false }, points: { show: false },
      // The bin under the cursor, not the nearest edge.
      dataIdx: (u, si, i, v) => Math.max(0, i != null && v < it.xs[i] ? i - 1 : i),
    },
    scales: { x: scaleX(it.x), y: scaleY(it.y) },
    axes: [axisOf(it.x, { label: it.x.label, labelSize: 18, size: 30,
      labelFont: "12px system-ui, sans-serif" }), axisOf(it.y, { size: it.room })],
    hooks: {
      drawAxes: [u => flags(u, it.marks, true)],
      draw: [u => it.overlay && u.series[2].show && inside(u, (ctx, px, x, y) => {
        ctx.strokeStyle = colour("s1");
        ctx.lineWidth = 1.8 * px;
        ctx.beginPath();
        it.overlay.forEach(([a, b]) => ctx.lineTo(x(a), y(b)));
        ctx.stroke();
      })],
      ready: [u => labelled(u, it.y.label)],
    },
  };
  const data = [it.xs, [...it.counts, it.counts[last - 1]]];
  return [[opts, it.overlay ? [...data, none] : data]];
}

// Charts are drawn when they come near, and again when colours or the width change.
const drawn = new Map();
function draw(figure) {
  const place = figure.querySelector(":scope > .live");
  const width = Math.floor(place.clientWidth);
  if (width < 50) return;
  const it = JSON.parse(figure.querySelector(":scope > script").textContent);
  const section = figure.closest("section");
  const key = (section ? section.id : "") + " " + it.x.label;
  const charts = it.kind === "lines" ? lines(it, width, key) : histogram(it, width);
  (drawn.get(figure) || []).forEach(u => u.destroy());
  drawn.set(figure, charts.map(([opts, data]) => new uPlot(opts, data, place)));
  figure.classList.add("drawn");
}
const figures = [...document.querySelectorAll("figure")].filter(f => f.querySelector(":scope > .live"));
const near = new IntersectionObserver(all => all.forEach(it => {
  if (it.isIntersecting && !drawn.has(it.target)) draw(it.target);
}), { rootMargin: "600px" });
const size = new ResizeObserver(all => all.forEach(it => {
  const charts = drawn.get(it.target);
  const width = Math.floor(it.target.querySelector(":scope > .live").clientWidth);
  if (charts && width >= 50 && charts[0].width !== width) draw(it.target);
}));
figures.forEach(it => { near.observe(it); size.observe(it); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => [...drawn.keys()].forEach(draw));

// Pictures to keep: the one for paper, with its title and the meaning of its marks.
function alonePicture(figure) {
  const svg = figure.querySelector(":scope > .still.wide > svg").cloneNode(true);
  const add = (name, attributes, text) => {
    const it = document.createElementNS(svg.namespaceURI, name);
    for (const a in attributes) it.setAttribute(a, attributes[a]);
    if (text !== undefined) it.textContent = text;
    return it;
  };
  const marks = [...figure.querySelectorAll(":scope > .marks > li")];
  const width = +svg.getAttribute("width"), height = +svg.getAttribute("height");
  const all = height + 28 + 17 * marks.length;
  svg.setAttribute("viewBox", "0 -28 " + width + " " + all);
  svg.setAttribute("height", all);
  svg.prepend(add("rect", { class: "bg", y: -28, width: "100%", height: "100%" }),
    add("text", { class: "h", x: 8, y: -8 }, figure.dataset.title));
  marks.forEach((it, n) => svg.append(
    add("text", { class: "t", x: 8, y: height + 12 + 17 * n }, n + 1 + "  " + it.textContent)));
  const style = JSON.parse(document.getElementById("picture-style").textContent);
  const text = new XMLSerializer().serializeToString(svg);
  return [text.replace(">", "><style>" + style + "</style>"), width, all];
}
function save(blob, name) {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}
document.addEventListener("click", event => {
  const button = event.target.closest("button[data-get]");
  if (!button) return;
  const figure = button.closest("figure");
  const [svg, width, height] = alonePicture(figure);
  if (button.dataset.get === "svg") {
    save(new Blob([svg], { type: "image/svg+xml" }), figure.id + ".svg");
    return;
  }
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(blob => save(blob, figure.id + ".png"));
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
});

// What is folded is printed too.
addEventListener("beforeprint", () => document.querySelectorAll("details.fold").forEach(it => { it.open = true; }));

// Tables are sorted by the column whose name is pressed.
for (const table of document.querySelectorAll("table.sort")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, n) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach(it => it.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const of = row => row.cells[n].dataset.v;
      const compare = (a, b) => {
        const [v, w] = [of(a), of(b)];
        if (v !== undefined && w !== undefined) return v - w;
        if (v !== undefined || w !== undefined) return v !== undefined ? -1 : 1;
        return a.cells[n].textContent.localeCompare(b.cells[n].textContent, "en");
      };
      const sorted = [...body.rows].sort(compare);
      body.append(...(up ? sorted : sorted.reverse()));
    });
  });
}
})();
