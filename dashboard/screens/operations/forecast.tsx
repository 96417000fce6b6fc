import type { NodeForecast, Operation } from '../../api/types.js';
import { Problem, State } from '../../parts/small.js';
import { forecastOf, inWords, lookOf } from './forecast-words.js';

/** What a converge would change on each node: the result of a plan. */
export function Forecast({ operation }: { operation: Operation }) {
  const forecast = forecastOf(operation);
  if (forecast === undefined) return null;
  return (
    <>
      <h2>What a converge would change</h2>
      <p>{inWords(forecast)}</p>
      <ul class="cards">
        {forecast.nodes
          .filter(({ outcome }) => outcome !== 'in-sync')
          .map((node) => (
            <NodeCard key={node.node} of={node} />
          ))}
      </ul>
    </>
  );
}

function NodeCard({ of: { node, layer, outcome, changes, error } }: { of: NodeForecast }) {
  return (
    <li>
      <h3>
        {node} <small class="quiet">{layer}</small>{' '}
        <State name={outcome} mood={outcome === 'unknown' ? 'bad' : 'busy'} />
      </h3>
      {error !== null && <Problem of={error} />}
      {changes.map(({ resource, diff }, place) =>
        diff === undefined ? (
          <p key={place}>
            <code>{resource}</code> <span class="quiet">is not shown</span>
          </p>
        ) : (
          <details key={place}>
            <summary>{resource}</summary>
            <code class="example">
              {diff
                .trimEnd()
                .split('\n')
                .map((line, at) => (
                  <span key={at} class={lookOf(line)}>
                    {line}
                    {'\n'}
                  </span>
                ))}
            </code>
          </details>
        ),
      )}
    </li>
  );
}
