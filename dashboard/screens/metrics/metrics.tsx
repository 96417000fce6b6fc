import { useEffect, useRef, useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { readMetrics } from '../../api/app/metric-requests.js';
import { Choice } from '../../parts/form.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { useLoaded } from '../../parts/use-loaded.js';
import type { FormationProps } from '../formation.js';
import type { Drawn } from './draw-graph.js';
import { graphsOf, markersOf, timesOf } from './graphs.js';

const spans = { '1h': 'the last hour', '24h': 'the last day', '7d': 'the last 7 days' } as const;
type Span = keyof typeof spans;
const hours: Readonly<Record<Span, number>> = { '1h': 1, '24h': 24, '7d': 168 };

const loadDrawing = () => import('./draw-graph.js');

/** What the app served and used over time, with its releases. */
export function Metrics({ formation: { id } }: FormationProps) {
  const [span, setSpan] = useState<Span>('1h');
  const { value, problem } = useLive(`${id} ${span}`, () => readMetrics(id, hours[span]));
  const { module: drawing, problem: loadProblem } = useLoaded(loadDrawing);
  const graphs = value === undefined ? [] : graphsOf(value);
  return (
    <>
      <div class="buttons">
        <Choice label="Show" value={span} of={spans} onValue={setSpan} />
      </div>
      <Problem of={problem ?? loadProblem} />
      {value === undefined && problem === undefined && <Loading what="its metrics" />}
      {value !== undefined && graphs.length === 0 && (
        <p>Nothing was measured in this time: nodes that are lost, or on paper, have no measures.</p>
      )}
      {value !== undefined &&
        graphs.map((graph) => (
          <GraphBox
            key={`${span} ${graph.title}`}
            drawn={{ graph, times: timesOf(value), markers: markersOf(value) }}
            draw={drawing?.drawGraph}
          />
        ))}
      {value !== undefined && value.releases.length > 0 && (
        <>
          <h2>Releases in this time</h2>
          <ul>
            {value.releases.map(({ version, summary, live_at: at }) => (
              <li key={version}>
                v{version} {summary} <span class="quiet">{new Date(at).toLocaleString()}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Command text={cliCommands.metrics(id, span)} />
    </>
  );
}

interface BoxProps {
  readonly drawn: Drawn;
  readonly draw: ((host: HTMLElement, drawn: Drawn) => () => void) | undefined;
}

/** A graph, and in words what it shows. */
function GraphBox({ drawn, draw }: BoxProps) {
  const host = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    if (host.current !== null && draw !== undefined) return draw(host.current, drawn);
  }, [draw, scheme, JSON.stringify(drawn)]);
  const { title, lines } = drawn.graph;
  return (
    <section class="graph" aria-label={title}>
      <h2>{title}</h2>
      <div ref={host} class="canvas" aria-hidden="true" />
      <ul class="quiet values">
        {lines.map(({ label, now, most }) => (
          <li key={label}>
            {label}: now {now}, at most {most}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Changes when the page turns dark or light. */
function useScheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const onChange = (): void => setDark(query.matches);
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  return isDark;
}
