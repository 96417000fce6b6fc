import { useState } from 'preact/hooks';
import { logPath } from '../../api/app/log-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { LogQuery } from '../../api/types.js';
import { Lines } from '../../parts/lines/lines.js';
import { Command, Problem } from '../../parts/small.js';
import { Drains } from '../drains/drains.js';
import type { FormationProps } from '../formation.js';
import { KeptLogs } from './kept-logs.js';
import { LogFilter } from './log-filter.js';
import { everything, fromLine, mostLines } from './log-query.js';
import { useLogLines } from './use-log-lines.js';

/** What the app and the platform wrote, and write; and where that is sent to. */
export function Logs({ formation: { id, scale, may } }: FormationProps) {
  const [{ query, isFromTop }, setAsked] = useState({ query: everything, isFromTop: false });
  const [wantsLive, setLive] = useState(true);
  // Lines that come are later than that.
  const isLive = wantsLive && query.until === '';
  const ask = (asked: LogQuery): void => setAsked({ query: asked, isFromTop: asked.since !== '' });
  const { lines, problem } = useLogLines(id, query, isLive);
  return (
    <>
      <LogFilter types={Object.keys(scale)} onQuery={ask} />
      <label class="check">
        <input
          type="checkbox"
          checked={isLive}
          disabled={query.until !== ''}
          onChange={({ currentTarget }) => setLive(currentTarget.checked)}
        />
        Live
      </label>
      <Problem of={problem} />
      <Lines
        key={JSON.stringify(query)}
        {...{ lines, isFromTop }}
        label="Logs"
        onFound={(line) => <FromHere line={line} onShow={ask} />}
      />
      <p>
        {lines.length === 0 ? 'No line yet.' : `${lines.length} lines.`}{' '}
        <a href={logPath(id, { ...query, lines: mostLines }, '')} download={`${id}.log`}>
          Download the newest {mostLines}
        </a>
      </p>
      <Command text={cliCommands.logs(id, query, isLive)} />
      <KeptLogs formation={id} />
      <Drains formation={id} mayChange={may.includes('deploy')} />
    </>
  );
}

/** From a line that was found on, all others, also those of other processes; and what comes. */
function FromHere({ line, onShow }: { line: string; onShow: (query: LogQuery) => void }) {
  const query = fromLine(line);
  if (query === undefined) return null;
  return (
    <p class="buttons">
      <button type="button" onClick={() => onShow(query)}>
        Follow all from the line that was found
      </button>
    </p>
  );
}
