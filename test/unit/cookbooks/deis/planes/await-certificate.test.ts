import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { waitUntil } from '../../../../../base/wait-until.js';
import { awaitCertificate } from '../../../../../cookbooks/deis/planes/await-certificate.js';
import { frontRecipe } from '../../../../../cookbooks/deis/planes/front.js';
import type { PlaneFront } from '../../../../../cookbooks/deis/planes/plane-host.js';
import { resourceId } from '../../../../../cookbooks/resource.js';
import type { ExecuteResource } from '../../../../../cookbooks/resources/system/execute.js';

const name = 'deis.example.com';

describe('nginx that comes to pass TLS on', function () {
  this.timeout(30_000);
  const place = mkdtempSync(join(tmpdir(), 'deis-await-'));
  const at = (file: string): string => join(place, file);
  let api: Server;
  /** Connections to it. */
  let looks = 0;

  before(async () => {
    const openssl = (...words: string[]): unknown =>
      execFileSync('openssl', words, { cwd: place, stdio: 'ignore' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-x509', ...key, '-subj', '/CN=an authority', '-keyout', 'ca.key', '-out', 'ca.crt');
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', 'api.key', '-out', 'api.csr');
    openssl('x509', '-req', '-in', 'api.csr', '-key', 'api.key', '-out', 'own.crt');
    const ofCa = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'given.crt'];
    openssl('x509', '-req', '-in', 'api.csr', ...ofCa);
    api = createServer(pair('own.crt'), (socket) => socket.on('error', () => undefined).end());
    api.on('connection', (socket) => socket.once('close', () => (looks += 1)));
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    api.close();
    rmSync(place, { recursive: true, force: true });
  });

  const pair = (certificate: string) => ({
    cert: readFileSync(at(certificate)),
    key: readFileSync(at('api.key')),
  });
  const front = (passesTls: boolean): PlaneFront => ({
    name,
    port: 443,
    api: [`127.0.0.1:${(api.address() as AddressInfo).port}`],
    challenges: ['127.0.0.1:8002'],
    passesTls,
    listensOnIpv6: false,
  });
  const awaiting = (): ExecuteResource => awaitCertificate(front(true), at('site')) as ExecuteResource;

  it('waits until the CA has given the APIs a certificate, for so long and no longer', async () => {
    const wait = (seconds: number): Promise<unknown> => {
      const [program = '', ...words] = awaiting().command ?? [];
      return promisify(execFile)(
        program,
        words.map((word) => (word === '180' ? String(seconds) : word.replace('sleep 2', 'sleep 0.1'))),
      );
    };
    await assert.rejects(
      wait(0),
      /127\.0\.0\.1:\d+ shows no certificate of a CA yet, and nginx stays as it is/,
    );
    const before = looks;
    const given = wait(20);
    await waitUntil(async () => looks > before + 1 || undefined, {
      deadlineMs: 10_000,
      intervalMs: 20,
      what: 'two looks in vain',
    });
    api.setSecureContext(pair('given.crt'));
    await given;
  });

  it('does so where nginx has a certificate until then, and passes questions of the CA on', () => {
    const isAwaited = (passesTls: boolean): boolean => {
      const site = frontRecipe(front(passesTls)).find(({ kind }) => kind === 'nginx_site');
      assert.ok(site?.kind === 'nginx_site');
      writeFileSync(at('site'), site.content);
      const [program = '', ...words] = awaiting().onlyIf ?? [];
      return spawnSync(program, words).status === 0;
    };
    assert.deepEqual([isAwaited(false), isAwaited(true)], [true, false]);
    rmSync(at('site'));
    const [program = '', ...words] = awaiting().onlyIf ?? [];
    assert.notEqual(spawnSync(program, words).status, 0);
    const ids = frontRecipe(front(true)).map(resourceId);
    const waiting = ids.indexOf('execute[certificate of the CA]');
    assert.ok(waiting >= 0 && waiting < ids.indexOf('nginx_site[deis-front]'), ids.join());
    assert.ok(!frontRecipe(front(false)).map(resourceId).includes('execute[certificate of the CA]'));
  });
});
