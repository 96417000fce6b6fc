import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { GivenRun } from '../../api/app/run-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { bound } from '../../parts/form.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { useLoaded } from '../../parts/use-loaded.js';
import type { FormationProps } from '../formation.js';
import { EnvField } from './env-field.js';
import { givenEnv, namesOfEnv } from './given-env.js';
import type { TerminalRun } from './open-terminal.js';
import { Runs } from './runs.js';

const loadTerminal = () => import('./open-terminal.js');

/** How the command that was run last is. */
type Run =
  | { readonly is: 'none' }
  | { readonly is: 'running' }
  | { readonly is: 'ended'; readonly code: number }
  | { readonly is: 'stopped' }
  | { readonly is: 'failed'; readonly why: string };

/** Commands in containers of their own, with the code and config of the live release. */
export function Terminal({ formation: { id, may } }: FormationProps) {
  if (!may.includes('run')) return <p>Your role may not run commands here.</p>;
  return (
    <>
      <Attended formation={id} />
      <Runs formation={id} />
    </>
  );
}

/** What is to be run, and how what was run last is. */
function useAttended() {
  const [command, setCommand] = useState('sh');
  const [env, setEnv] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [started, setStarted] = useState<GivenRun & { count: number }>({ count: 0, command: '', env: {} });
  const [run, setRun] = useState<Run>({ is: 'none' });
  const start = (): void => {
    setWrong(undefined);
    try {
      setStarted({ count: started.count + 1, command, env: givenEnv(env) });
      setRun({ is: 'running' });
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return { command, setCommand, env, setEnv, wrong, started, run, setRun, start };
}

/** `deis run`: one with a terminal. */
function Attended({ formation: id }: { formation: string }) {
  const { command, setCommand, env, setEnv, wrong, started, run, setRun, start } = useAttended();
  const isRunning = run.is === 'running';
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <CommandForm
        {...{ command, isRunning, button }}
        onCommand={setCommand}
        onSubmit={() => (isRunning ? setRun({ is: 'stopped' }) : start())}
      />
      <EnvField value={env} onValue={setEnv} of="in the terminal" disabled={isRunning} />
      <p class="quiet">
        It runs in a container of its own, which goes with it. Shift and Escape lead out of the terminal.
      </p>
      <Problem of={wrong} />
      <Ended run={run} />
      {run.is !== 'none' && (
        <Screen
          key={started.count}
          isOver={run.is === 'stopped'}
          run={{
            formation: id,
            ...{ command: started.command, env: started.env },
            onExit: (code) => setRun({ is: 'ended', code }),
            onFailed: (why) => setRun({ is: 'failed', why }),
            onLeave: () => button.current?.focus(),
          }}
        />
      )}
      <Command text={cliCommands.run(id, command, namesOfEnv(env))} />
    </>
  );
}

interface CommandProps {
  readonly command: string;
  readonly isRunning: boolean;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly onCommand: (command: string) => void;
  readonly onSubmit: () => void;
}

function CommandForm({ command, isRunning, button, onCommand, onSubmit }: CommandProps) {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <label>
        Command
        <input {...bound(command, onCommand)} required maxLength={10_000} disabled={isRunning} />
      </label>
      <button type="submit" class={isRunning ? 'danger' : 'primary'} ref={button}>
        {isRunning ? 'End it' : 'Run'}
      </button>
    </form>
  );
}

function Ended({ run }: { run: Run }) {
  if (run.is === 'failed') return <Problem of={run.why} />;
  if (run.is === 'stopped') return <p role="status">You ended it.</p>;
  return run.is === 'ended' ? <p role="status">It ended with exit code {run.code}.</p> : null;
}

/** The terminal of one command; what it wrote stays when it has ended by itself. */
function Screen({ run, isOver }: { run: TerminalRun; isOver: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const { module, problem } = useLoaded(loadTerminal);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (module === undefined || host.current === null || isOver) return;
    const { formation, command, env } = latest.current;
    return module.openTerminal(host.current, {
      ...{ formation, command, env },
      onExit: (code) => latest.current.onExit(code),
      onFailed: (why) => latest.current.onFailed(why),
      onLeave: () => latest.current.onLeave(),
    });
  }, [module, isOver]);
  return (
    <>
      <Problem of={problem} />
      {module === undefined && problem === undefined && <Loading what="the terminal" />}
      <div ref={host} class="console" role="group" aria-label="Terminal" />
    </>
  );
}
