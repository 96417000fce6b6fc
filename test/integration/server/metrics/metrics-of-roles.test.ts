import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../../base/wait-until.js';
import { roleNames, type ProcessRole } from '../../../../server/settings/setting-schemas.js';
import { runPromtool } from '../../../support/promtool/run-promtool.js';
import { controllerProgram } from '../../../support/server/controller-process.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';

const token = 'sentinel-of-metrics';
/** What processes of a role have beside what all have. */
const own: Readonly<Record<ProcessRole, readonly string[]>> = {
  api: ['deis_http_requests_total'],
  git: ['deis_git_transfer_duration_seconds'],
  worker: [
    'deis_operations',
    'deis_alerts_open',
    'deis_hook_deliveries',
    'deis_job_failures',
    'deis_database_up',
  ],
  build: [],
  slug: ['deis_downloads_total'],
  registry: [],
  log: ['deis_log_kept_bytes', 'deis_log_kept_files'],
};
/** These say what there is: of two processes that serve them one would be counted twice. */
const ofOneRole: readonly ProcessRole[] = ['worker', 'log'];
/** Four controllers start at once, beside other tests. */
const startMs = 180_000;
/** A process each. */
const processes: readonly (readonly ProcessRole[])[] = [
  ['api', 'git'],
  ['worker'],
  ['build'],
  ['slug', 'registry', 'log'],
];
const common = ['deis_build_info', 'deis_database_connections', 'process_resident_memory_bytes'];

describe('the metrics of processes that share the roles', function () {
  this.timeout(200_000);
  const folder = mkdtempSync(join(tmpdir(), 'deis-roles-'));
  const children = new Map<string, ChildProcess>();
  let db: TestDatabase;
  const urls = new Map<ProcessRole, string>();
  before(async () => {
    db = await createTestDatabase();
    for (const roles of processes) start(roles);
    for (const roles of processes) {
      const url = await addressOf(roles);
      for (const role of roles) urls.set(role, url);
    }
  });
  after(async () => {
    await Promise.all(
      [...children.values()].map(async (child) => {
        const ended = once(child, 'exit', { signal: AbortSignal.timeout(30_000) });
        if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      }),
    );
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const logOf = ([first]: readonly ProcessRole[]): string => join(folder, `${first}.log`);
  function start(roles: readonly ProcessRole[]): void {
    const log = openSync(logOf(roles), 'a');
    const ports = ['PORT', 'GIT_PORT', 'SLUG_PORT', 'LOG_PORT', 'METRICS_PORT'];
    const env = {
      ...Object.fromEntries(ports.map((name) => [`DEIS_${name}`, '0'])),
      DATABASE_URL: db.url,
      DEIS_DATA_DIR: join(folder, 'data'),
      DEIS_ROLES: roles.join(','),
      DEIS_LOG_BIND: '127.0.0.1',
      DEIS_REGISTRY_URL: 'https://127.0.0.1:1',
      DEIS_METRICS_TOKEN: token,
    };
    const options = { env: { ...process.env, ...env }, stdio: ['ignore', log, log] as ('ignore' | number)[] };
    children.set(logOf(roles), spawn(process.execPath, [controllerProgram], options));
  }
  const addressOf = (roles: readonly ProcessRole[]): Promise<string> =>
    waitUntil(
      async () => {
        const log = readFileSync(logOf(roles), 'utf8');
        const exitCode = children.get(logOf(roles))?.exitCode ?? null;
        assert.equal(exitCode, null, `${roles.join(', ')} ended: ${log}`);
        const [, port] = /"port":(\d+),"msg":"metrics are served/.exec(log) ?? [];
        return port === undefined ? undefined : `http://127.0.0.1:${port}/metrics`;
      },
      { deadlineMs: startMs, intervalMs: 100, what: `the metrics of ${roles.join(', ')}` },
    );
  const page = async (role: ProcessRole): Promise<string> => {
    const answer = await fetch(urls.get(role)!, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200, role);
    return answer.text();
  };

  for (const role of roleNames)
    it(`are served by ${role} to who has the token, are right, and say what it does`, async () => {
      assert.equal((await fetch(urls.get(role)!)).status, 401);
      const text = await page(role);
      const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!);
      for (const name of [...common, ...own[role]]) assert.ok(names.includes(name), `${role}: ${name}`);
      const together = processes.find((roles) => roles.includes(role))!;
      for (const other of ofOneRole.filter((each) => !together.includes(each)))
        for (const name of own[other]) assert.ok(!names.includes(name), `${role} has ${name} of ${other}`);
      assert.deepEqual(runPromtool(['check', 'metrics'], text), { exitCode: 0, said: '' });
      assert.ok(!text.includes(token));
    });
});
