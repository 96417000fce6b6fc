import { useEffect, useState } from 'preact/hooks';
import type { Operation as OperationJson } from '../../api/types.js';
import { cliCommands } from '../../api/cli-commands.js';
import { cancelOperation, readOperation } from '../../api/requests.js';
import { Action } from '../../parts/action.js';
import { Lines } from '../../parts/lines/lines.js';
import { linkTo } from '../../parts/route.js';
import { Fact, Loading, Problem, State, When } from '../../parts/small.js';
import { duration } from '../../parts/figures/time.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { Forecast } from './forecast.js';
import { Failure } from './failure.js';
import { followStory } from './follow-story.js';
import { noStory, type Step, type Story } from './operation-story.js';

/** One operation, live: its steps, its lines, and how it ended. */
export function Operation({ formation, id }: FormationProps & { id: string }) {
  const { value, problem, reload } = useLive(id, () => readOperation(id));
  const { story, connection } = useStory(id, reload);
  const isOver = value !== undefined && value.finished_at !== null;
  return (
    <>
      <p class="crumbs">
        <a href={linkTo(formation.id, 'operations')}>All operations</a>
      </p>
      <Problem of={problem ?? connection} />
      {value === undefined ? <Loading what="the operation" /> : <Head operation={value} />}
      {value !== undefined && !isOver && formation.may.includes('deploy') && (
        <Action
          label="Cancel it"
          command={cliCommands.cancel(id)}
          onDo={() => cancelOperation(id).then(reload)}
        >
          <p>It ends at its next step. What it has done is undone where that can be.</p>
        </Action>
      )}
      {value !== undefined && <Failure operation={value} />}
      {value !== undefined && <Forecast operation={value} />}
      <Steps steps={story.steps} />
      <Output story={story} />
    </>
  );
}

/** How it is told, and why it is not just now. */
function useStory(id: string, onEnd: () => void): { story: Story; connection: string | undefined } {
  const [story, onStory] = useState(noStory);
  const [connection, onConnection] = useState<string>();
  useEffect(() => followStory(id, { onStory, onConnection, onEnd }), [id, onEnd]);
  return { story, connection };
}

function Head({ operation }: { operation: OperationJson }) {
  const { kind, state, requested_by: by, created_at: at, started_at: began, finished_at: ended } = operation;
  const took = began === null || ended === null ? undefined : Date.parse(ended) - Date.parse(began);
  return (
    <>
      <h2 aria-live="polite">
        {kind} <State name={state} />
      </h2>
      <dl class="facts">
        <Fact name="Asked for by">{by ?? 'an account that is gone'}</Fact>
        <Fact name="Asked">
          <When at={at} />
        </Fact>
        {took !== undefined && <Fact name="Took">{duration(took)}</Fact>}
        {operation.position !== null && operation.position > 0 && (
          <Fact name="Waits for">{operation.position} before it</Fact>
        )}
      </dl>
    </>
  );
}

function Output({ story: { lines, before } }: { story: Story }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h2>Output</h2>
      {before > 0 && (
        <p class="quiet" role="status">
          {before} lines before these are still to come.
        </p>
      )}
      <Lines lines={lines} before={before} label="Output" />
    </>
  );
}

function Steps({ steps }: { steps: readonly Step[] }) {
  if (steps.length === 0) return null;
  return (
    <>
      <h2>Steps</h2>
      <ol class="steps">
        {steps.map(({ name, state, ms, doing }, place) => (
          <li key={`${place} ${name}`}>
            <State name={state} /> {name} {ms !== undefined && <span class="quiet">{duration(ms)}</span>}
            {doing !== undefined && <span class="quiet"> {doing}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
