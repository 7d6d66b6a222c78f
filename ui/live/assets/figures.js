// Panels: drawn by plotly's own script, where they can be seen, in the colours of the page.
import { make } from "./fields.js";

let plotly, turn, pause = () => new Promise((on) => setTimeout(on));   // for a press between two
const loaded = (src) => plotly ??= new Promise((onload, onerror) => {
  document.head.append(make("script", { src, onload, onerror }));
}).catch(() => { plotly = undefined; });
export const drawAll = (live) => { for (const id of live.figures.keys()) draw(live, id); };
export const purge = (live) => live.all(".js-plotly-plot").forEach((one) => Plotly.purge(one));

export async function draw(live, id) {
  await (turn = Promise.all([loaded(live.urls.plotly), turn]).then(pause));
  const { Plotly } = window, node = live.get(id), found = live.figures.get(id);
  if (!Plotly || !node || !found || !live.mounted || !node.offsetWidth) return;
  const style = getComputedStyle(node), theme = (name) => style.getPropertyValue(name).trim();
  const ink = theme("--st-text-color"), key = `${node.offsetWidth} ${ink}`;
  if (node.drawn === found && node.drawnFor === key) return;
  Object.assign(node, { drawn: found, drawnFor: key });
  const grid = theme("--st-border-color"), axis = { gridcolor: grid, linecolor: grid, color: ink };
  const font = { color: ink, family: theme("--st-font"), size: 11 }, { data, layout } = found;
  Plotly.react(node, data, {
    ...layout, font, xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis },
    hoverlabel: { bgcolor: theme("--st-background-color"), bordercolor: grid, font },
  }, { displayModeBar: false, responsive: true, doubleClick: "reset" });
}
