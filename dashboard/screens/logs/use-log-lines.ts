import { useEffect, useRef, useState } from 'preact/hooks';
import { logPath, readLogs } from '../../api/app/log-requests.js';
import { followEvents } from '../../api/event-source.js';
import type { LogQuery } from '../../api/types.js';
import { keepLines, skipTold } from '../../parts/lines/kept-lines.js';

/** Those that are kept, and while it is live those that come; after a gap none is missing and none told twice. */
export function useLogLines(formation: string, query: LogQuery, isLive: boolean) {
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
