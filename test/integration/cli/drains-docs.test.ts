import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TestTerminal } from '../../support/cli/test-terminal.js';
import { ApiHarness } from '../../support/server/api-harness.js';
import { projectRoot } from '../../support/source/source-imports.js';

const formation = 'peachy-waxworks';
const page = readFileSync(join(projectRoot, 'docs', 'drains.md'), 'utf8');
const commands = page.split('\n').flatMap((line) => /^ {4}deis (.*)$/.exec(line)?.[1] ?? []);

/** docs/drains.md, as a user follows it: the real `deis` and the real API. */
describe('docs/drains.md', function () {
  this.timeout(60_000);
  const ada = new TestTerminal();
  let api: ApiHarness;
  let server: Server;
  const seen = new Map<string, string>();
  const deis = async (expected: number, ...words: string[]): Promise<string> => {
    assert.equal(await ada.deis(...words), expected, ada.err);
    return ada.out + ada.err;
  };

  before(async () => {
    api = await ApiHarness.start();
    server = createServer(api.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const password = '--password=correct horse battery';
    await deis(0, 'register', url, '--username=ada', password, '--email=ada@example.com', '--known-hosts=no');
    api.worker.outcome = { state: 'succeeded', result: {} };
    await deis(0, 'create', formation, '--flavor=mock', '--no-remote');
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await api.close();
    ada.dispose();
  });

  it('has commands', () => assert.equal(commands.length, 11));

  for (const command of commands)
    it(`runs deis ${command}`, async () => {
      seen.set(command, await deis(0, ...command.split(' '), `--formation=${formation}`));
    });

  it('shows what it says, and no secret', () => {
    const list = seen.get('drains')!;
    assert.match(list, /^archive +syslog\+tls:\/\/logs\.example\.com:6514 +0 +0 +\S+ *\S* +well$/m);
    assert.match(list, /^drain-1 +syslog:\/\/logs\.example\.com:514 /m);
    assert.match(list, /^search +https:\/\/\.\.\.@logs\.example\.com\/\.\.\. /m);
    assert.match(list, /^loki +loki\+https:\/\/loki\.example\.com /m);
    assert.match(seen.get('drains:info archive')!, /^Token: +d\.[0-9a-f-]{36}$/m);
    assert.match(seen.get('drains --admin')!, /^all /m);
    assert.doesNotMatch([...seen.values()].join(''), /secret@|user:/);
  });

  it('reads a URL from standard input, and has its secret in no audit log and no log', async () => {
    await deis(0, 'drains:remove', 'search', '-f', formation);
    ada.input = 'https://user:hunter2@logs.example.com/hunter3\n';
    await deis(0, 'drains:add', '-', '--name=piped', '--json', '-f', formation);
    const audit = await deis(0, 'audit', '-f', formation, '--json');
    assert.match(audit, /drains/);
    const shown = await deis(0, 'drains:info', 'piped', '--json', '-f', formation);
    const rows = JSON.stringify(await api.db.database('audit_entries').select('*'));
    assert.doesNotMatch(audit + shown + rows + api.log.join('\n'), /hunter/);
    ada.input = '';
    assert.match(await deis(2, 'drains:add', '-', '-f', formation), /needs a URL on standard input/);
  });

  it('refuses a URL that is none, a name that is taken, and one too many, and repeats no URL', async () => {
    const wrong = await deis(2, 'drains:add', 'http://hunter2@h', '-f', formation);
    assert.match(wrong, /is not a valid url of a drain: expected syslog\+tls:\/\/HOST:PORT/);
    assert.doesNotMatch(wrong, /hunter2/);
    for (const host of ['127.0.0.1', '10.0.0.1', '[::1]', '169.254.169.254'])
      assert.match(
        await deis(2, 'drains:add', `https://${host}/`, '-f', formation),
        /where no logs are sent/,
      );
    const taken = await deis(6, 'drains:add', 'syslog://h', '--name=piped', '-f', formation);
    assert.match(taken, /there is a drain named piped already/);
    await deis(0, 'drains:add', 'syslog://h', '-f', formation);
    assert.match(await deis(6, 'drains:add', 'syslog://h', '-f', formation), /no more than 5/);
    assert.match(await deis(4, 'drains:remove', 'nosuch', '-f', formation), /no drain "nosuch"/);
  });
});
