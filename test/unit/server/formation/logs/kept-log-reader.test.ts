import assert from 'node:assert/strict';
import type { KeptLine, KeptLines } from '../../../../../server/formation/context/kept/kept-lines.js';
import { linesBeside, mergeLogs, shownLine } from '../../../../../server/formation/logs/merge-logs.js';
import { KeptFeed } from '../../../../../server/formation/logs/kept-feed.js';
import type { FormationLogQuery } from '../../../../../server/formation/context/kept/log-reader.js';

const kept = (n: number, more: Partial<KeptLine> = {}): KeptLine => ({
  at: `2026-11-29T10:00:00.${String(n).padStart(9, '0')}Z`,
  source: 'app',
  process: 'web.1',
  stream: 'stdout',
  text: `line ${n}`,
  ...more,
});

describe('kept lines beside those of nodes', () => {
  it('are given once where both have them, and apart by container, stream, source and time', () => {
    const node = [1, 2].map((n) => shownLine(kept(n)));
    const others = [
      kept(2),
      kept(2, { stream: 'stderr', text: 'other stream' }),
      kept(2, { process: 'web.2', text: 'other container' }),
      kept(2, { source: 'deis', text: 'of the platform' }),
      kept(3),
    ].map(shownLine);
    assert.deepEqual(
      linesBeside(others, node).map(({ text }) => text),
      ['other stream', 'other container', 'of the platform', 'line 3'],
    );
  });

  it('are shown by their source', () => {
    const lines = [
      kept(1_000_000),
      kept(2_000_000, { source: 'deis', process: 'deploy', text: 'deploy begins' }),
    ];
    assert.deepEqual(mergeLogs([lines.map(shownLine)], 10), [
      '2026-11-29T10:00:00.001Z app[web.1]: line 1000000',
      '2026-11-29T10:00:00.002Z deis[deploy]: deploy begins',
    ]);
  });

  it('that come while earlier ones are read are held back until those are shown', async () => {
    let store = (_line: KeptLine): void => assert.fail('nobody follows');
    const source: Pick<KeptLines, 'follow'> = {
      follow: (_query, onLine, { onBegin }) => {
        store = onLine;
        onBegin();
        return new Promise(() => undefined);
      },
    };
    const taken: string[] = [];
    const place = { take: ({ text }: { text: string }) => void taken.push(text) };
    const feed = new KeptFeed(
      source as KeptLines,
      {} as FormationLogQuery,
      place,
      new AbortController().signal,
    );
    await feed.begin();
    store(kept(1));
    assert.deepEqual(taken, []);
    feed.go();
    store(kept(2));
    assert.deepEqual(taken, ['line 1', 'line 2']);
  });
});
