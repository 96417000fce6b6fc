import { useState } from 'preact/hooks';
import type { LogQuery } from '../../api/types.js';
import { bound, Choice } from '../../parts/form.js';
import { everything, momentOf, mostLines } from './log-query.js';

interface FilterProps {
  readonly types: readonly string[];
  readonly onQuery: (query: LogQuery) => void;
}

const sources = { '': 'both', app: 'the app', deis: 'the platform' } as const satisfies Readonly<
  Record<LogQuery['source'], string>
>;

/** Which lines are shown; of a time, as many as one answer has. */
export function LogFilter({ types, onQuery }: FilterProps) {
  const [ps, setPs] = useState('');
  const [grep, setGrep] = useState('');
  const [source, setSource] = useState<LogQuery['source']>('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const [since, until] = [momentOf(from), momentOf(to)];
    const lines = since === '' && until === '' ? everything.lines : mostLines;
    onQuery({ ps: ps.trim(), grep, source, since, until, lines });
  };
  return (
    <form class="row" role="search" aria-label="In all lines" onSubmit={onSubmit}>
      <label>
        Process
        <input {...bound(ps, setPs)} list="process-types" placeholder="all" />
        <datalist id="process-types">
          {types.map((type) => (
            <option value={type} key={type} />
          ))}
        </datalist>
      </label>
      <label>
        With the text
        <input {...bound(grep, setGrep)} placeholder="any" />
      </label>
      <Choice label="Written by" value={source} of={sources} onValue={setSource} />
      <label>
        From
        <input {...bound(from, setFrom)} type="datetime-local" step={1} />
      </label>
      <label>
        Until
        <input {...bound(to, setTo)} type="datetime-local" step={1} />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}
