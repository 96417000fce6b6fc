import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Graph, Marker } from './graphs.js';
import { amountIn, amountOnAxis } from './units.js';

const height = 200;
const font = '12px system-ui, sans-serif';
/** As style.css has them. */
const colours = 6;

/** What a graph is drawn of. */
export interface Drawn {
  readonly graph: Graph;
  readonly times: readonly number[];
  readonly markers: readonly Marker[];
}

/** Draws a graph into `host`, as wide as that is, in the page's colours, until the function it returns is called. */
export function drawGraph(host: HTMLElement, { graph, times, markers }: Drawn): () => void {
  const line = colourOf(host, '--line');
  const text = colourOf(host, '--text');
  const axis: UPlot.Axis = {
    stroke: text,
    font,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  };
  const plot = new UPlot(
    {
      width: Math.max(200, host.clientWidth),
      height,
      scales: { y: { range: (_self, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
      axes: [
        { ...axis, space: 80, values: (_self, ticks) => ticks.map((tick) => timeOnAxis(tick, times)) },
        { ...axis, size: 80, values: (_self, ticks) => ticks.map((tick) => amountOnAxis(graph.unit, tick)) },
      ],
      series: [
        { label: 'Time' },
        ...graph.lines.map(({ label }, place) => seriesOf(host, graph, label, place)),
      ],
      hooks: { draw: [(drawn) => drawMarkers(drawn, markers, text)] },
    },
    [[...times], ...graph.lines.map(({ values }) => [...values])],
    host,
  );
  const sizes = new ResizeObserver(() => {
    const width = Math.max(200, host.clientWidth);
    if (width !== plot.width) plot.setSize({ width, height });
  });
  sizes.observe(host);
  return () => {
    sizes.disconnect();
    plot.destroy();
  };
}

function seriesOf(host: HTMLElement, graph: Graph, label: string, place: number): UPlot.Series {
  return {
    label,
    stroke: colourOf(host, `--graph-${(place % colours) + 1}`),
    width: 2,
    // A second round of the colours is told apart by its dashes.
    ...(place >= colours && { dash: [6, 4] }),
    value: (_self: UPlot, value: number | null) => (value === null ? '-' : amountIn(graph.unit, value)),
  };
}

const daySeconds = 86_400;

/** The time of a day, as the browser's people write it; over more than a day with the day of the week. */
function timeOnAxis(at: number, times: readonly number[]): string {
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > daySeconds;
  return new Date(at * 1000).toLocaleString(undefined, {
    ...(isLong && { weekday: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** A line for each release where it went live, with its number where there is room: newer ones have it. */
function drawMarkers(plot: UPlot, markers: readonly Marker[], colour: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  ctx.setLineDash([3 * scale, 3 * scale]);
  const right = bbox.left + bbox.width;
  let taken = Infinity;
  for (const { at, label } of [...markers].sort((one, other) => other.at - one.at)) {
    const x = Math.round(plot.valToPos(at, 'x', true));
    if (x < bbox.left || x > right) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const { width } = ctx.measureText(label);
    // At the right edge it stands before its line.
    const isAtEdge = x + width + 3 * scale > right;
    const from = isAtEdge ? x - width - 3 * scale : x + 3 * scale;
    if (from + width + 3 * scale > taken) continue;
    ctx.fillText(label, from, bbox.top + 10 * scale);
    taken = from;
  }
  ctx.restore();
}

/** A canvas knows no variables: the browser says what one is here and now, in light or in dark. */
function colourOf(host: HTMLElement, variable: string): string {
  const before = host.style.color;
  host.style.color = `var(${variable})`;
  const { color } = getComputedStyle(host);
  host.style.color = before;
  return color;
}
