import { bound } from '../form.js';
import type { Find } from './use-find.js';

interface FindBarProps {
  readonly find: Find;
  /** What the lines are called. */
  readonly label: string;
}

/** Looks for a text in lines: Enter goes to the next one that has it, with Shift to the one before. */
export function FindBar({ find: { text, hits, at, look, go }, label }: FindBarProps) {
  return (
    <form
      class="row"
      role="search"
      aria-label={`In ${label}`}
      onSubmit={(event) => {
        event.preventDefault();
        go('next');
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !event.shiftKey) return;
        event.preventDefault();
        go('previous');
      }}
    >
      <label>
        Find
        <span class="unseen"> in {label}</span>
        <input {...bound(text, look)} type="search" autocomplete="off" />
      </label>
      <button type="submit" disabled={hits.length === 0}>
        Next
      </button>
      <button type="button" disabled={hits.length === 0} onClick={() => go('previous')}>
        Previous
      </button>
      <span class="quiet found" role="status">
        {said(text, hits, at)}
      </span>
    </form>
  );
}

function said(text: string, hits: readonly number[], at: number | undefined): string {
  if (text === '') return '';
  if (hits.length === 0) return 'No line has it';
  const place = at === undefined ? -1 : hits.indexOf(at);
  const lines = hits.length === 1 ? '1 line has it' : `${hits.length} lines have it`;
  return place === -1 ? lines : `${place + 1} of ${lines}`;
}
