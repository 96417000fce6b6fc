import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestTerminal } from '../../support/cli/test-terminal.js';
import { ApiHarness } from '../../support/server/api-harness.js';
import { pageCommands } from '../../support/source/page-commands.js';

const commands = pageCommands('shared-nodes.md', 'Nodes that are not alike')
  .split('\n')
  .map((line) => line.replace(/ +#.*$/, ''));

/** The commands of docs/shared-nodes.md on tags, as a user gives them: the real `deis` and the real API. */
describe('docs/shared-nodes.md, on tags', function () {
  this.timeout(60_000);
  const ada = new TestTerminal();
  let api: ApiHarness;
  let server: Server;
  const deis = async (...words: string[]): Promise<string> => {
    assert.equal(await ada.deis(...words), 0, ada.err);
    return ada.out + ada.err;
  };

  before(async () => {
    api = await ApiHarness.start();
    server = createServer(api.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const password = '--password=correct horse battery';
    await deis('register', url, '--username=ada', password, '--email=ada@example.com', '--known-hosts=no');
    api.worker.outcome = { state: 'succeeded', result: {} };
    await deis('create', 'platform', '--flavor=mock', '--no-remote');
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await api.close();
    ada.dispose();
  });

  it('has commands', () => assert.equal(commands.length, 7));

  for (const command of commands)
    it(`runs ${command}`, async () => {
      const [, ...words] = command.replace(' server ', ' mock ').replace(' -f platform', '').split(' ');
      const said = await deis(...words, '--formation=platform');
      if (command === 'deis tags') assert.match(said, /^web +disk=ssd$/m);
      if (command.startsWith('deis layers:update')) assert.match(said, /^tags: +zone=b$/m);
    });
});
