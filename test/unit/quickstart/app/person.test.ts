import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from '../../../../quickstart/app/person.js';

describe("the quickstart's person", () => {
  const names = ['DEIS_CONTROLLER', 'DEIS_TOKEN', 'DEIS_PROFILE'] as const;
  const before = names.map((name) => [name, process.env[name]] as const);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'deis-person-'));
    mkdirSync(join(dir, 'bin'));
    writeFileSync(
      join(dir, 'bin', 'deis.js'),
      `process.stdout.write(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`,
    );
    for (const name of names) process.env[name] = 'of-the-environment';
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('talks to its own controller with its own login, whatever the environment says', async () => {
    const profile = join(dir, 'client.json');
    const person = new Person({ root: dir, instance: 'a1b2c3d4', dataDir: dir, profile, owner: null });
    assert.deepEqual(JSON.parse(await person.deis(['whoami'])), [null, null, person.profile]);
  });

  describe('with a login', () => {
    let server: Server;
    let person: Person;
    let seen: string[];

    beforeEach(async () => {
      seen = [];
      server = createServer(({ url = '', headers }, response) => {
        seen.push(`${url} ${headers.authorization}`);
        if (url.startsWith('/api/keys')) return void response.end('{"results":[{"id":"a"}],"next":null}');
        response.writeHead(url.startsWith('/api/formations') ? 404 : 403).end('{"detail":"not for you"}');
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      person = new Person({
        root: dir,
        instance: 'a1b2c3d4',
        dataDir: dir,
        profile: join(dir, 'p'),
        owner: null,
      });
      const controller = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      writeFileSync(person.profile, JSON.stringify({ controller, username: 'quickstart', token: 't' }));
    });
    afterEach(() => void server.close());

    it('asks its controller, and is told apart what is not there from what it may not see', async () => {
      assert.deepEqual(await person.list('/api/keys'), [{ id: 'a' }]);
      assert.equal(await person.ask('/api/formations/quickstart'), undefined);
      assert.deepEqual(await person.list('/api/formations/quickstart/nodes'), []);
      await assert.rejects(
        person.ask('/api/auth/whoami'),
        /^Error: GET \/api\/auth\/whoami: status 403: .*not for you/,
      );
      assert.equal(seen[0], '/api/keys?limit=1000 token t');
    });
  });
});
