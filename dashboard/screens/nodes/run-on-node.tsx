import { useEffect, useRef, useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { runOnNode } from '../../api/node-run.js';
import { bound } from '../../parts/form.js';
import { Lines } from '../../parts/lines/lines.js';
import { Command, Problem } from '../../parts/small.js';
import { withText } from '../../parts/lines/text-lines.js';

/** How often what has come is shown, in milliseconds. */
const showMs = 100;

/** How the command that was run last is. */
type Run =
  | { readonly is: 'none' | 'stopped' }
  | { readonly is: 'running'; readonly end: () => void }
  | { readonly is: 'ended'; readonly code: number }
  | { readonly is: 'failed'; readonly why: Error };

/** `deis nodes:ssh`: a command on a node itself, as the user that the controller enters it as. */
export function RunOnNode({ formation, node }: { formation: string; node: string }) {
  const [command, setCommand] = useState('');
  const { lines, run, start } = useRun(formation, node);
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    if (run.is === 'running') run.end();
    else if (command.trim() !== '') start(command);
  };
  return (
    <>
      <form class="row" onSubmit={onSubmit}>
        <label>
          Command<span class="unseen"> on {node}</span>
          <input
            {...bound(command, setCommand)}
            placeholder="sudo docker ps"
            autocomplete="off"
            required
            maxLength={10_000}
            disabled={run.is === 'running'}
          />
        </label>
        <button type="submit" class={run.is === 'running' ? 'danger' : 'primary'}>
          {run.is === 'running' ? 'End it' : 'Run'}
        </button>
      </form>
      <Command text={cliCommands.runOnNode(formation, node, command)} />
      {run.is === 'failed' && <Problem of={run.why} />}
      {run.is === 'stopped' && <p role="status">You ended it.</p>}
      {run.is === 'ended' && <p role="status">It ended with exit code {run.code}.</p>}
      {run.is !== 'none' && <Lines lines={lines} label={`Output on ${node}`} />}
    </>
  );
}

/** One command at a time; it ends with the screen. */
function useRun(formation: string, node: string) {
  const [lines, setLines] = useState<readonly string[]>([]);
  const [run, setRun] = useState<Run>({ is: 'none' });
  const leaving = useRef(() => {});
  useEffect(() => () => leaving.current(), []);
  const start = (command: string): void => {
    const abort = new AbortController();
    leaving.current = () => abort.abort();
    const shown = gather(setLines);
    const finish = (how: Run): void => {
      shown.end();
      if (!abort.signal.aborted) setRun(how);
    };
    const end = (): void => {
      abort.abort();
      shown.end();
      setRun({ is: 'stopped' });
    };
    setRun({ is: 'running', end });
    runOnNode({ formation, node, command, signal: abort.signal, onOutput: shown.add }).then(
      (code) => finish({ is: 'ended', code }),
      (why: Error) => finish({ is: 'failed', why }),
    );
  };
  return { lines, run, start };
}

/** Shows text as lines, not more often than is seen. */
function gather(show: (lines: readonly string[]) => void) {
  let lines: readonly string[] = [];
  let waiting = '';
  let timer = 0;
  const flush = (): void => {
    timer = 0;
    lines = withText(lines, waiting);
    waiting = '';
    show(lines);
  };
  show(lines);
  return {
    add: (text: string): void => {
      waiting += text;
      if (timer === 0) timer = window.setTimeout(flush, showMs);
    },
    end: (): void => {
      clearTimeout(timer);
      flush();
    },
  };
}
