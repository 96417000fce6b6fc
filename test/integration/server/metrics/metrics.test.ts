import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../../base/wait-until.js';
import { makeKey } from '../../../../server/backup/make-key.js';
import { ControllerProcess } from '../../../support/server/controller-process.js';
import { runPromtool } from '../../../support/promtool/run-promtool.js';
import { projectRoot } from '../../../support/source/source-imports.js';

describe('the metrics of a controller', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  const folder = mkdtempSync(join(tmpdir(), 'deis-metrics-'));
  const token = 'sentinel-of-metrics';
  let url: string;
  let page: string;
  before(async () => {
    await controller.start({
      DEIS_METRICS_PORT: '0',
      DEIS_METRICS_TOKEN: token,
      DEIS_BACKUP_TO: join(folder, 'backups'),
      DEIS_BACKUP_RECIPIENTS: await makeKey(join(folder, 'backup.key')),
      DEIS_BACKUP_WAL_SECONDS: '1',
    });
    const [, port] = /"port":(\d+),"msg":"metrics are served/.exec(readFileSync(controller.logPath, 'utf8'))!;
    url = `http://127.0.0.1:${port}`;
    await fetch(`${controller.running.url}/api/formations/shop`);
    page = await waitUntil(keptPage, {
      deadlineMs: 60_000,
      intervalMs: 200,
      what: 'a base backup and the log after it',
    });
  });
  after(async () => {
    await controller.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Once the controller has made a base backup by itself, and has copied the log. */
  async function keptPage(): Promise<string | undefined> {
    const text = await (await ask('/metrics', `Bearer ${token}`)).text();
    const isKept = ['deis_base_backup_timestamp_seconds', 'deis_wal_archived_timestamp_seconds'].every(
      (name) => new RegExp(`^${name} 1\\d{9}`, 'm').test(text),
    );
    return isKept ? text : undefined;
  }

  const ask = (path: string, authorization?: string, method = 'GET'): Promise<Response> =>
    fetch(`${url}${path}`, { method, headers: authorization === undefined ? {} : { authorization } });

  it('are served to who has the token, in the format of Prometheus', async () => {
    const answer = await ask('/metrics', `Bearer ${token}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    for (const wrong of [undefined, 'Bearer other', `Basic ${token}`, 'Bearer', `Bearer ${token}x`]) {
      const refused = await ask('/metrics', wrong);
      assert.equal(refused.status, 401, wrong);
      assert.match(String(refused.headers.get('www-authenticate')), /^Bearer /);
      assert.ok(!(await refused.text()).includes('deis_build_info'));
    }
  });

  it('are at one path, for reading', async () => {
    assert.equal((await ask('/', `Bearer ${token}`)).status, 404);
    assert.equal((await ask('/metrics', `Bearer ${token}`, 'POST')).status, 405);
    assert.equal((await ask('/metrics', `Bearer ${token}`, 'HEAD')).status, 200);
  });

  it('count this process, its requests by route, and what the database holds', () => {
    for (const line of [
      /^deis_build_info\{version="[^"]+",deis_instance="[0-9a-f]{8}"\} 1$/m,
      /^deis_http_requests_total\{method="GET",route="\/api\/formations\/:formation",status="401"\} 1$/m,
      /^deis_database_up 1$/m,
      /^deis_formations 0$/m,
      /^deis_database_connections\{state="used"\} \d+$/m,
      /^deis_wal_waiting_bytes \d+$/m,
      /^deis_job_failures\{periodic_job="[^"]+"\} 0$/m,
      /^process_resident_memory_bytes \d+$/m,
    ])
      assert.match(page, line);
    assert.ok(!page.includes(token));
  });

  it('are what promtool holds to be right', () => {
    assert.deepEqual(runPromtool(['check', 'metrics'], page), { exitCode: 0, said: '' });
  });

  it('all stand in docs/metrics.md, and nothing else does', () => {
    const served = [...page.matchAll(/^# TYPE (deis_\w+) (\w+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    const doc = readFileSync(join(projectRoot, 'docs', 'metrics.md'), 'utf8');
    const written = [...doc.matchAll(/^\| `(deis_\w+)` \| (\w+) \|/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    assert.deepEqual(written.sort(), served.sort());
  });

  it('are what the rules and the dashboard in examples/monitoring ask for', () => {
    const names = new Set([...page.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!));
    const folder = join(projectRoot, 'examples', 'monitoring');
    for (const file of ['alerts.yml', 'grafana-dashboard.json'])
      for (const [name] of readFileSync(join(folder, file), 'utf8').matchAll(
        /\b(deis|process)_[a-z_]+[a-z]\b/g,
      ))
        assert.ok(names.has(name.replace(/_(bucket|count)$/, '')), `${file}: ${name}`);
  });

  it('have alert rules that fire when they should, by their own tests', () => {
    const rules = join(projectRoot, 'examples', 'monitoring', 'alerts.test.yml');
    const { exitCode, said } = runPromtool(['test', 'rules', rules]);
    assert.equal(exitCode, 0, said);
  });
});
