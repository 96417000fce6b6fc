import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from '../../../base/wait-until.js';
import { fingerprintOf, openTls, OwnBench } from '../../support/acme/own-bench.js';
import { PebbleServer } from '../../support/pebble/pebble-server.js';
import { controllerProgram } from '../../support/server/controller-process.js';
import { createTestDatabase, type TestDatabase } from '../../support/server/database.js';

/** Where each of the two is asked by the CA, and its log. */
const names = ['127.0.0.2', '127.0.0.3'] as const;
type Name = (typeof names)[number];

/** As an operator has it: real controllers with the role `api`, told by settings alone. */
describe('two controllers that order the certificate of their API', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'deis-own-'));
  const children: ChildProcess[] = [];
  let db: TestDatabase;
  let pebble: PebbleServer;
  before(async () => {
    db = await createTestDatabase();
    pebble = await PebbleServer.start({ lifetimeSeconds: 90 * 86_400 });
    for (const name of names) start(name);
  });
  after(async () => {
    await Promise.all(
      children.map(async (child) => {
        const ended = once(child, 'exit', { signal: AbortSignal.timeout(30_000) });
        if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      }),
    );
    await pebble.stop();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const env = (name: Name): NodeJS.ProcessEnv => ({
    ...process.env,
    DATABASE_URL: db.url,
    DEIS_DATA_DIR: join(folder, 'data'),
    DEIS_ROLES: 'api',
    DEIS_PORT: '0',
    DEIS_METRICS_PORT: '0',
    DEIS_TLS_DOMAIN: OwnBench.domain,
    DEIS_TLS_HTTP_BIND: name,
    DEIS_TLS_HTTP_PORT: String(pebble.httpPort),
    DEIS_ACME_AGREE: 'yes',
    DEIS_ACME_URL: pebble.directoryUrl,
    DEIS_ACME_CA_BUNDLE: pebble.caBundle,
    DEIS_ACME_DNS: pebble.dns,
  });
  const logOf = (name: Name): string => readFileSync(join(folder, name), 'utf8');
  function start(name: Name): void {
    const log = openSync(join(folder, name), 'a');
    children.push(
      spawn(process.execPath, [controllerProgram], { env: env(name), stdio: ['ignore', log, log] }),
    );
  }
  const find = (name: Name, pattern: RegExp): Promise<string> =>
    waitUntil(async () => pattern.exec(logOf(name))?.[1], {
      deadlineMs: 60_000,
      intervalMs: 100,
      what: `${pattern} in the log of ${name}:\n${logOf(name)}`,
    });
  const portOf = async (name: Name): Promise<number> =>
    Number(await find(name, /the controller answers at https:\/\/127\.0\.0\.1:(\d+)/));
  const shown = async (name: Name): Promise<string> => {
    const socket = await openTls({ address: '127.0.0.1', port: await portOf(name) });
    const fingerprint = fingerprintOf(socket);
    socket.destroy();
    return fingerprint;
  };
  const command = async (word: string): Promise<string> =>
    (
      await promisify(execFile)(process.execPath, [controllerProgram, word], {
        env: env(names[0]),
        timeout: 30_000,
      })
    ).stdout;

  it('answer at once, with a certificate signed by themselves, and say why there is no other', async () => {
    const of = await Promise.all(names.map(shown));
    assert.notEqual(of[0], of[1]);
    for (const name of names)
      assert.match(
        logOf(name),
        /there is no certificate of deis\.example\.com yet: the API shows one signed/,
      );
    const told = await waitUntil(
      async () => {
        const text = await command('certificate');
        return text.includes('last error') ? text : undefined;
      },
      { deadlineMs: 60_000, intervalMs: 500, what: 'a first attempt' },
    );
    assert.match(told, /none yet, the API shows one signed by itself/);
    assert.match(told, /last error: .*the DNS knows no address for it: point it at this controller/);
    assert.match(await command('check'), /^the settings are right$[^]*none yet[^]*last error: /m);
    assert.match(names.map(logOf).join(''), /was not ordered, and what it shows stays: .*no address/);
  });

  it('both show the one of the CA without a restart, once the name leads to one of them', async () => {
    await pebble.point(OwnBench.domain, names.slice(1));
    const of = await waitUntil(
      async () => {
        const state = await db.stores.apiCertificates.state(OwnBench.domain);
        const all = await Promise.all(names.map(shown));
        return all.every((each) => each === state?.fingerprint) ? all : undefined;
      },
      { deadlineMs: 60_000, intervalMs: 200, what: 'both to show the same certificate of the CA' },
    );
    assert.equal(new Set(of).size, 1);
    const ordered = names
      .map(logOf)
      .join('')
      .match(/"msg":"ordered the certificate of the API"/g);
    assert.equal(ordered?.length, 1);
    assert.match(
      await command('certificate'),
      /good until 20[^]*renewal: 20.*(by its lifetime|as its CA says)/,
    );
  });

  it('tell of it in their metrics', async () => {
    const { expiresAt } = (await db.stores.apiCertificates.state(OwnBench.domain))!;
    for (const name of names) {
      const port = await find(name, /"port":(\d+),"msg":"metrics are served/);
      const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const end = expiresAt!.getTime() / 1000;
      assert.ok(page.includes(`\ndeis_api_certificate_expiry_timestamp_seconds ${end}\n`), page);
      assert.match(page, /^deis_api_certificate_self_signed 0$/m);
      assert.match(page, /^deis_api_certificate_failures 0$/m);
    }
  });

  it('send who comes by HTTP to HTTPS', async () => {
    const answer = await fetch(`http://${names[0]}:${pebble.httpPort}/api/info`, { redirect: 'manual' });
    assert.deepEqual(
      [answer.status, answer.headers.get('location')],
      [308, `https://${OwnBench.domain}/api/info`],
    );
  });
});
