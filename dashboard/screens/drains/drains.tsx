import { listDrains, removeDrain, type Drained } from '../../api/app/drain-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Drain } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Opened } from '../../parts/opened.js';
import { Loading, More, Problem, State, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { DrainForm } from './drain-form.js';
import { progressOf } from './drain-words.js';

interface DrainsProps {
  readonly formation: Drained;
  readonly mayChange: boolean;
}

/** Where lines are sent to, and how that goes. */
export function Drains({ formation, mayChange }: DrainsProps) {
  const { value, problem, reload } = useLive(`drains of ${formation ?? ''}`, () => listDrains(formation));
  return (
    <section>
      <h2>Drains</h2>
      <p class="quiet">
        A drain sends the lines of {formation === null ? 'all formations' : 'the app'}, as they come, to
        syslog, to a URL or to Loki.
      </p>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="its drains" />}
      {value?.count === 0 && <p>There is none.</p>}
      <ul class="cards">
        {value?.results.map((drain) => (
          <DrainCard key={drain.id} {...{ formation, drain, mayChange, onRemoved: reload }} />
        ))}
      </ul>
      {value !== undefined && <More shown={value.results.length} count={value.count} />}
      {mayChange && (
        <Opened label="New drain" onDone={reload}>
          {(onDone) => <DrainForm formation={formation} onDone={onDone} />}
        </Opened>
      )}
    </section>
  );
}

type CardProps = DrainsProps & { readonly drain: Drain; readonly onRemoved: () => void };

function DrainCard({ formation, drain, mayChange, onRemoved }: CardProps) {
  const { id, url, token, last_sent_at: sent } = drain;
  const isWell = drain.last_error === null;
  return (
    <li>
      <h3>
        {id} <State name={isWell ? 'well' : 'failing'} mood={isWell ? 'good' : 'bad'} />
      </h3>
      <p>
        <code>{url}</code>
      </p>
      <p class="quiet">
        {progressOf(drain)}
        {sent !== null && (
          <>
            , the last <When at={sent} />
          </>
        )}
        . Its sink knows it by the token <code>{token}</code>.
      </p>
      {!isWell && <Trouble drain={drain} />}
      {mayChange && (
        <Action
          label={`Remove drain ${id}`}
          command={cliCommands.removeDrain(formation, id)}
          onDo={() => removeDrain(formation, id).then(onRemoved)}
        >
          <p>No line is sent there any more; those that wait are forgotten.</p>
        </Action>
      )}
    </li>
  );
}

function Trouble({
  drain: { last_error: error, last_error_at: at, next_attempt_at: next },
}: {
  drain: Drain;
}) {
  return (
    <p class="notice bad">
      {error}{' '}
      <small>
        <When at={at} />
        {next !== null && (
          <>
            , again <When at={next} />
          </>
        )}
      </small>
    </p>
  );
}
