import { useState } from 'preact/hooks';
import { listRuns, startRun, stopRun } from '../../api/app/run-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Run } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { bound, Form } from '../../parts/form.js';
import { linkTo } from '../../parts/route.js';
import { Loading, More, Problem, State, When } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useLive } from '../../parts/use-live.js';
import { EnvField } from './env-field.js';
import { givenEnv, namesOfEnv } from './given-env.js';
import { runState } from './run-state.js';

/** One-off commands: those that run, with or without somebody at a terminal, and those that have ended. */
export function Runs({ formation }: { formation: string }) {
  const { value, problem, reload } = useLive(`runs of ${formation}`, () => listRuns(formation));
  return (
    <section>
      <h2>Commands that run without you</h2>
      <StartDetached formation={formation} onStarted={reload} />
      <h2>One-off commands</h2>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="what was run" />}
      {value?.count === 0 && <p>Nothing was run yet.</p>}
      {value !== undefined && value.count > 0 && (
        <Table label="Runs" heads={['Run', 'State', 'What', 'Node', 'By', 'Started', 'Actions']}>
          {value.results.map((run) => (
            <RunRow key={run.id} formation={formation} run={run} onStopped={reload} />
          ))}
        </Table>
      )}
      {value !== undefined && <More shown={value.results.length} count={value.count} />}
    </section>
  );
}

/** `deis run --detach`: it goes on when the page is closed. */
function StartDetached({ formation, onStarted }: { formation: string; onStarted: () => void }) {
  const [command, setCommand] = useState('');
  const [env, setEnv] = useState('');
  const [started, setStarted] = useState<Run>();
  return (
    <>
      <Form
        label="Start detached"
        command={cliCommands.runDetached(formation, command, namesOfEnv(env))}
        isIdle={command.trim() === ''}
        onDo={async () => setStarted(await startRun(formation, { command, env: givenEnv(env) }))}
        onDone={() => {
          setCommand('');
          setEnv('');
          onStarted();
        }}
      >
        <label class="whole">
          What to start
          <input {...bound(command, setCommand)} maxLength={65_536} placeholder="rake db:migrate" />
        </label>
        <div class="whole">
          <EnvField value={env} onValue={setEnv} of="detached" />
        </div>
      </Form>
      <p class="quiet">It runs in a container of its own until it ends or somebody stops it.</p>
      {started !== undefined && (
        <p class="notice good" role="status">
          {started.id} runs on {started.node ?? 'a node'}. What it writes is in the{' '}
          <a href={linkTo(formation, 'logs')}>logs</a>, of the process {started.id}, also ten minutes after
          its end.
        </p>
      )}
    </>
  );
}

interface RowProps {
  readonly formation: string;
  readonly run: Run;
  readonly onStopped: () => void;
}

function RunRow({ formation, run, onStopped }: RowProps) {
  const { id, state, command, node, requested_by: by, created_at: began } = run;
  return (
    <tr>
      <th scope="row">{id}</th>
      <td>
        <State {...runState(run)} />
      </td>
      <td>{command === null ? <span class="quiet">hidden</span> : <code>{command}</code>}</td>
      <td>{node}</td>
      <td>{by}</td>
      <td>
        <When at={began} />
      </td>
      <td>
        {state === 'running' && (
          <Action
            label={`Stop ${id}`}
            command={cliCommands.stopRun(formation, id)}
            onDo={() => stopRun(formation, id).then(onStopped)}
          >
            <p>It gets SIGTERM, and SIGKILL after ten seconds; its container goes.</p>
          </Action>
        )}
      </td>
    </tr>
  );
}
