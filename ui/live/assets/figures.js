// Panels: drawn by plotly's own script, where and as large as they are seen, in the page's colours.
import { make } from "./fields.js";

let plotly, turn, pause = (ms) => new Promise((on) => setTimeout(on, ms));
const SETTLED_MS = 400, loaded = (src) => plotly ??= new Promise((onload, onerror) => {
  document.head.append(make("script", { src, onload, onerror }));
}).catch(() => { plotly = undefined; });
export const purge = (live) => live.all(".js-plotly-plot").forEach((one) => Plotly.purge(one));

export async function draw(live, id, resized) {
  const node = live.get(id);
  if (!node || node.waits) return;   // its newest is drawn when its turn has come
  await (node.waits = pause(resized ? SETTLED_MS : 0).then(() =>   // presses come between
    turn = Promise.all([loaded(live.urls.plotly), turn]).then(() => pause())));
  delete node.waits;
  const { Plotly } = window, found = live.figures.get(id);
  if (!Plotly || !found || !live.mounted) return;
  if (!node.drawn) live.sized.observe(node);   // drawn again at another size, or once shown
  const style = getComputedStyle(node), theme = (name) => style.getPropertyValue(name).trim();
  const ink = theme("--st-text-color"), key = [node.offsetWidth, node.offsetHeight, ink].join();
  if (!node.offsetWidth || (node.drawn === found && node.drawnFor === key)) return;
  Object.assign(node, { drawn: found, drawnFor: key });
  const grid = theme("--st-border-color"), axis = { gridcolor: grid, linecolor: grid, color: ink };
  const font = { color: ink, family: theme("--st-font"), size: 11 }, { data, layout } = found;
  Plotly.react(node, data, {
    ...layout, font, xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis },
    hoverlabel: { bgcolor: theme("--st-background-color"), bordercolor: grid, font },
  }, { displayModeBar: false, doubleClick: "reset" });
}
