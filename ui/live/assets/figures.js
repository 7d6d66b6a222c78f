// Panels: drawn by plotly's own script, where they can be seen, in the colours of the page.
import { make } from "./fields.js";

let plotly;
const loaded = (src) => plotly ??= new Promise((onload, onerror) => {
  document.head.append(make("script", { src, onload, onerror }));
}).catch(() => { plotly = undefined; });
export const drawAll = (live) => { for (const id of live.figures.keys()) draw(live, id); };
export const purge = (live) => live.all(".js-plotly-plot").forEach((one) => Plotly.purge(one));

export async function draw(live, id) {
  await loaded(live.urls.plotly);
  const { Plotly } = window, node = live.get(id), found = live.figures.get(id);
  if (!Plotly || !node || !found || !live.mounted || !node.offsetWidth) return;
  const style = getComputedStyle(node), theme = (name) => style.getPropertyValue(name).trim();
  const key = `${node.offsetWidth} ${theme("--st-text-color")}`;
  if (node.drawn === found && node.drawnFor === key) return;
  Object.assign(node, { drawn: found, drawnFor: key });
  const lines = theme("--st-border-color"), ink = theme("--st-text-color");
  const axis = { gridcolor: lines, linecolor: lines, color: ink }, { data, layout } = found;
  const font = { color: ink, family: theme("--st-font"), size: 11 };
  Plotly.react(node, data, {
    ...layout, font, xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis },
    hoverlabel: { bgcolor: theme("--st-background-color"), bordercolor: lines, font },
  }, { displayModeBar: false, responsive: true, doubleClick: "reset" });
}
