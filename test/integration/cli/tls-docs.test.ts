import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AcmeClient } from '../../../server/acme/protocol/acme-client.js';
import { AcmeHttp } from '../../../server/acme/protocol/acme-http.js';
import { lookAfterDue } from '../../../server/acme/look-after-due.js';
import { Scheduler } from '../../../server/schedule/scheduler.js';
import { AcmeServer } from '../../support/acme/acme-server.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';
import { ApiHarness } from '../../support/server/api-harness.js';
import { makeCertificate } from '../../support/server/make-certificate.js';
import { storeNode } from '../../support/server/stored-formation.js';
import { projectRoot } from '../../support/source/source-imports.js';

const formation = 'peachy-waxworks';
const proxy = '198.51.100.7';
const quiet = { info: () => undefined, warn: () => undefined };

/** Lines of a page that are commands, without their comments. */
function commandsOf(page: string): string[] {
  const lines = readFileSync(join(projectRoot, 'docs', page), 'utf8').split('\n');
  return lines.flatMap((line) => /^ {4}deis (.*?)(?:\s+#.*)?$/.exec(line)?.[1] ?? []);
}

/** docs/tls.md, as a user follows it: the real `deis`, the real API, a CA; operations end as those of good proxies. */
describe('docs/tls.md', function () {
  this.timeout(60_000);
  const ada = new TestTerminal();
  let api: ApiHarness;
  let server: Server;
  let ca: AcmeServer;
  let http: AcmeHttp;
  let scheduler: Scheduler;

  const deis = async (...words: string[]): Promise<string> => {
    const code = await ada.deis(...words);
    assert.equal(code, 0, `deis ${words.join(' ')} exited with ${code}:\n${ada.err}`);
    return ada.out;
  };
  /** What port 80 of the proxy answers. */
  const answer = async (path: string): Promise<string> => {
    const { id } = (await api.parts.stores.formations.byName(formation))!;
    return `${path.split('/').at(-1)}.${await api.parts.stores.autoCerts.thumbprint(id)}`;
  };

  before(async () => {
    api = await ApiHarness.start();
    // The certificates of this test are made a little later.
    api.now = new Date(Date.now() + 60_000);
    api.worker.outcome = { state: 'succeeded', result: {} };
    server = createServer(api.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const now = (): Date => api.now;
    ca = await AcmeServer.start(now, (_name, path) => answer(path));
    http = new AcmeHttp(now);
    const { stores } = api.parts;
    const parts = {
      formation: { stores, now, newId: () => crypto.randomUUID(), random: Math.random },
      orders: { directory: ca.directoryUrl, maxNames: 100, pollMs: 10 },
      client: new AcmeClient(http, ca.directoryUrl),
      network: {
        addresses: () => Promise.resolve([proxy]),
        caa: () => Promise.resolve([]),
        ask: async (_address: string, _name: string, path: string) => ({
          status: 200,
          body: await answer(path),
        }),
      },
      log: quiet,
    };
    const run = (signal: AbortSignal): Promise<void> => {
      api.now = new Date(api.now.getTime() + 2000);
      return lookAfterDue(parts, signal);
    };
    scheduler = new Scheduler(
      {
        store: stores.schedule,
        jobs: [{ name: 'order-certificates', everyMs: 100, deadlineMs: 30_000, run }],
        log: quiet,
        random: Math.random,
      },
      { owner: 'test', leaseMs: 30_000, graceMs: 1000 },
    );
    await scheduler.start();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const password = '--password=correct horse battery';
    await deis('register', url, '--username=ada', password, '--email=ada@example.com', '--known-hosts=no');
    await deis('create', formation, '--flavor=mock', '--no-remote');
    const { id } = (await stores.formations.byName(formation))!;
    const node = await storeNode(stores, (await stores.layers.byName(id, 'proxy'))!, 1);
    await stores.nodes.update(node.id, { status: 'ready', address: proxy });
    const { certificate, key } = makeCertificate(['own.example.com']);
    writeFileSync(join(ada.home, 'fullchain.pem'), certificate);
    writeFileSync(join(ada.home, 'privkey.pem'), key);
  });
  after(async () => {
    await scheduler.stop();
    await http.close();
    await ca.close();
    server.closeAllConnections();
    server.close();
    await api.close();
    ada.dispose();
  });

  const seen = new Map<string, string>();
  const commands = commandsOf('tls.md');

  it('has commands', () => {
    assert.ok(commands.length >= 10, commands.join('\n'));
  });

  for (const command of commands)
    it(`runs deis ${command}`, async () => {
      const out = await deis(...command.split(' '), `--formation=${formation}`);
      seen.set(command, out + ada.err);
    });

  it('shows what each command says it shows', () => {
    assert.match(seen.get('domains:wait')!, /^https:\/\/www\.example\.com\/$/m);
    assert.match(seen.get('certs:auto')!, /www\.example\.com +serving +auto-1/);
    assert.match(seen.get('certs')!, /auto-1 +www\.example\.com +\S+ +the controller/);
    const info = seen.get('certs:info auto-1')!;
    assert.match(info, /Next renewal: +\S+ \(at two thirds of its lifetime\)/);
    assert.match(info, /Last attempt: +20/);
    assert.match(info, /Last error: +-/);
  });

  it('ends with certificates in its own hands, and those from before', async () => {
    assert.match(
      await deis('certs:auto', `--formation=${formation}`),
      /^off: certificates are in your own hands/,
    );
    const certs = await deis('certs', `--formation=${formation}`);
    assert.match(certs, /^main +own\.example\.com +\S+ +you$/m);
    assert.match(certs, /^generated-internal\.example\.com .* no one \(signed by itself\)$/m);
    assert.match(certs, /^auto-1 +www\.example\.com +\S+ +you$/m);
  });

  it('refuses another word, a domain that there is not, and to wait for nothing', async () => {
    assert.equal(await ada.deis('certs:auto', 'on', `--formation=${formation}`), 2);
    assert.match(ada.err, /"on" is not a valid action: expected status, enable, disable, refresh/);
    assert.equal(await ada.deis('domains:wait', `--formation=${formation}`), 2);
    assert.match(ada.err, /certificates are in your own hands: deis certs:auto enable/);
    await deis('certs:auto', 'enable', `--formation=${formation}`);
    assert.equal(await ada.deis('domains:wait', 'never.example.com', `--formation=${formation}`), 2);
    assert.match(ada.err, /"never\.example\.com" is not a domain of the app/);
  });

  it('does not let go of a certificate that would come back', async () => {
    await deis('domains:wait', `--formation=${formation}`);
    assert.equal(await ada.deis('certs:remove', 'auto-1', `--formation=${formation}`), 2);
    assert.match(ada.err, /auto-1 is renewed by the controller: `deis certs:auto disable` first/);
  });

  it('gives up at the time-out with the reason', async () => {
    await deis('domains:add', '*.example.org', `--formation=${formation}`);
    assert.equal(await ada.deis('domains:wait', '--timeout=1', `--formation=${formation}`), 1);
    assert.match(ada.err, /\*\.example\.org: a wildcard is ordered by a record in the DNS/);
  });
});
