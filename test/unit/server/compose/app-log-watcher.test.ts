import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { waitUntil } from '../../../../base/wait-until.js';
import { appLogWatcher } from '../../../../server/compose/app-log-watcher.js';
import { currentFile } from '../../../../server/log/kept-logs.js';
import type { Stores } from '../../../../server/store/stores.js';

const commit = 'c0ffee12'.padEnd(40, '0');
/** Kind, params, and who asked. */
const rows: readonly [kind: string, params: object, user: number | null, system?: string][] = [
  ['push', { commit, ref: 'refs/heads/main', old: commit }, 7],
  ['deploy', { release: 12 }, 7],
  ['deploy', { release: 13, rollbackTo: 3 }, 8],
  ['deploy', { release: 14 }, null, 'services'],
  ['scale-layers', { counts: { proxy: 1 } }, 7],
  ['converge', {}, null],
];

describe("an app's log", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deis-app-log-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('names the release or the commit, and who asked, of each operation that begins', async () => {
    const stores = {
      formations: { byName: async () => ({ id: 5 }) },
      operations: {
        byId: async (id: string) => {
          const row = rows[Number(id)];
          if (row === undefined) return undefined;
          const [kind, params, requestedBy, systemActor = null] = row;
          return { kind, params, requestedBy, systemActor };
        },
      },
      users: { byId: async (id: number) => (id === 7 ? { username: 'olga' } : undefined) },
    } as unknown as Stores;
    const { onOperation } = appLogWatcher(stores, { folderOf: () => folder }, pino({ level: 'silent' }));
    const kinds = [...rows.map(([kind]) => kind), 'retire', 'balance'];
    const lines = async (): Promise<string[]> =>
      (await readFile(join(folder, currentFile), 'utf8').catch(() => '')).split('\n').filter(Boolean);
    const said: string[] = [];
    for (const [index, kind] of kinds.entries()) {
      onOperation!({ id: `${index}`, kind, formation: 'app', attempt: 1 });
      if (kind === 'retire') continue;
      const next = async (): Promise<string | undefined> => (await lines())[said.length];
      said.push(await waitUntil(next, { deadlineMs: 5000, intervalMs: 5, what: 'a line of it' }));
    }
    assert.deepEqual(
      said.map((line) => /"log":"(.*?)\\n"/.exec(line)?.[1]),
      [
        'push of c0ffee12 by olga begins',
        'deploy of v12 by olga begins',
        'deploy of v13 (rollback to v3) begins',
        'deploy of v14 by system:services begins',
        'scale-layers by olga begins',
        'converge begins',
        'balance begins',
      ],
    );
  });
});
