import type { Operation } from '../../api/types.js';
import { State } from '../../parts/small.js';
import { messageOf } from '../formations/attention.js';
import { failingLines, nodeResults } from './failure-words.js';

/** Why an operation failed: at which step, with which lines, on which nodes; and what to do. */
export function Failure({ operation: { state, error } }: { operation: Operation }) {
  if (state !== 'failed' || error === null) return null;
  const { node, advice, step } = error;
  const lines = failingLines(error);
  return (
    <>
      <div class="notice bad" role="alert">
        <p>
          {typeof node === 'string' && <b>{node}: </b>}
          {messageOf(error) ?? 'It failed.'}
        </p>
        {typeof step === 'string' && <p>It failed at {step}.</p>}
        {lines !== '' && <code class="example">{lines}</code>}
        {typeof advice === 'string' && <p>{advice}</p>}
      </div>
      <Nodes of={error} />
    </>
  );
}

function Nodes({ of: error }: { of: Operation['error'] }) {
  const results = nodeResults(error);
  if (results.length === 0) return null;
  return (
    <ul class="cards">
      {results.map(({ node, outcome, evidence }) => (
        <li key={node}>
          <h3>
            {node} <State name={outcome} mood="bad" />
          </h3>
          {evidence !== '' && (
            <details>
              <summary>What it said</summary>
              <code class="example">{evidence}</code>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
