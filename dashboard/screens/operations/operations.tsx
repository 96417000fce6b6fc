import type { Operation } from '../../api/types.js';
import { listOperations } from '../../api/requests.js';
import { linkTo } from '../../parts/route.js';
import { Loading, More, Problem, State, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { messageOf } from '../formations/attention.js';
import type { FormationProps } from '../formation.js';

/** Milliseconds: a push is seen here within a second, with the time that an answer takes. */
const everyMs = 500;

/** What was done and is being done, newest first. */
export function Operations({ formation: { id } }: FormationProps) {
  const { value, problem } = useLive(
    id,
    () => listOperations(id),
    () => everyMs,
  );
  return (
    <>
      <Problem of={problem} />
      {value === undefined && <Loading what="its operations" />}
      {value?.count === 0 && <p>There was none yet.</p>}
      <ol class="cards">
        {value?.results.map((operation) => (
          <OperationRow key={operation.id} operation={operation} />
        ))}
      </ol>
      {value !== undefined && <More shown={value.results.length} count={value.count} />}
    </>
  );
}

function OperationRow({ operation }: { operation: Operation }) {
  const { id, formation, kind, state, step, requested_by: by, created_at: at, error } = operation;
  const message = messageOf(error);
  return (
    <li>
      <h2>
        <a href={linkTo(formation, 'operations', id)}>{kind}</a> <State name={state} />
      </h2>
      <p>
        {state === 'running' && step !== null && <>{step}, </>}
        <span class="quiet">by {by ?? 'an account that is gone'}, </span>
        <When at={at} />
      </p>
      {state === 'failed' && message !== null && <p class="notice bad">{message}</p>}
    </li>
  );
}
