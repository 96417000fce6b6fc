import { useEffect, useRef, useState } from 'preact/hooks';
import { cliCommands } from '../api/cli-commands.js';
import { followEvents } from '../api/event-source.js';
import { logPath, readLogs, type LogQuery } from '../api/requests.js';
import { keepLines, skipTold } from '../parts/lines/kept-lines.js';
import { Lines } from '../parts/lines/lines.js';
import { Command, Problem } from '../parts/small.js';
import { Drains } from './drains/drains.js';
import type { FormationProps } from './formation.js';

const everything: LogQuery = { ps: '', grep: '', lines: 500 };

/** What the app and the platform wrote, and write; and where that is sent to. */
export function Logs({ formation: { id, scale, may } }: FormationProps) {
  const [query, setQuery] = useState(everything);
  const [isLive, setLive] = useState(true);
  const { lines, problem } = useLines(id, query, isLive);
  return (
    <>
      <Filter types={Object.keys(scale)} onQuery={setQuery} />
      <label class="check">
        <input
          type="checkbox"
          checked={isLive}
          onChange={({ currentTarget }) => setLive(currentTarget.checked)}
        />
        Live
      </label>
      <Problem of={problem} />
      <Lines lines={lines} label="Logs" />
      <p>
        {lines.length === 0 ? 'No line yet.' : `${lines.length} lines.`}{' '}
        <a href={logPath(id, { ...query, lines: 10_000 }, '')} download={`${id}.log`}>
          Download the newest 10000
        </a>
      </p>
      <Command text={cliCommands.logs(id, query.ps, isLive)} />
      <Drains formation={id} mayChange={may.includes('deploy')} />
    </>
  );
}

function Filter({ types, onQuery }: { types: readonly string[]; onQuery: (query: LogQuery) => void }) {
  const [ps, setPs] = useState('');
  const [grep, setGrep] = useState('');
  return (
    <form
      class="row"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onQuery({ ...everything, ps, grep });
      }}
    >
      <label>
        Process
        <input
          value={ps}
          list="process-types"
          placeholder="all"
          onInput={({ currentTarget }) => setPs(currentTarget.value.trim())}
        />
        <datalist id="process-types">
          {types.map((type) => (
            <option value={type} key={type} />
          ))}
        </datalist>
      </label>
      <label>
        With the text
        <input value={grep} placeholder="any" onInput={({ currentTarget }) => setGrep(currentTarget.value)} />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

/** Those that are kept, and while it is live those that come; after a gap none is missing and none told twice. */
function useLines(formation: string, query: LogQuery, isLive: boolean) {
  const [lines, setLines] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<string>();
  const told = useRef<readonly string[]>([]);
  useEffect(() => {
    const show = (all: readonly string[]): void => setLines((told.current = all));
    show([]);
    setProblem(undefined);
    if (isLive) return follow(formation, query, { told, show, setProblem });
    let isOver = false;
    readLogs(formation, query).then(
      (text) => isOver || show(text.split('\n').slice(0, -1)),
      (error: Error) => isOver || setProblem(error.message),
    );
    return () => {
      isOver = true;
    };
  }, [formation, query, isLive]);
  return { lines, problem };
}

interface Followed {
  readonly told: { readonly current: readonly string[] };
  readonly show: (lines: readonly string[]) => void;
  readonly setProblem: (problem: string | undefined) => void;
}

function follow(formation: string, query: LogQuery, { told, show, setProblem }: Followed): () => void {
  let isNew = skipTold([]);
  let waiting: string[] = [];
  let timer = 0;
  const flush = (): void => {
    const added = waiting;
    waiting = [];
    show(keepLines(told.current, added));
  };
  const end = followEvents(logPath(formation, query, '/follow'), {
    onEvent: ({ type, data }) => {
      const text = String(data['text'] ?? '');
      if (type === 'line' && isNew(text) && waiting.push(text) === 1) timer = window.setTimeout(flush, 100);
    },
    onState: (state) => {
      if (state === 'open') isNew = skipTold([...told.current.slice(-query.lines), ...waiting]);
      setProblem(state === 'open' ? undefined : 'The stream was cut. It is asked for again.');
    },
    onRefused: setProblem,
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
