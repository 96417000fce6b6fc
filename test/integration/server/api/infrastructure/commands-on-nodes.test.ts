import assert from 'node:assert/strict';
import { onAbort } from '../../../../../base/on-abort.js';
import { waitUntil } from '../../../../../base/wait-until.js';
import type { FormationActions } from '../../../../../server/formation/formation-actions.js';
import { HttpListener } from '../../../../../server/listen/http-listener.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

describe('commands on nodes over HTTP', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let listener: HttpListener;
  let ada: Caller;
  let running = 0;

  before(async () => {
    api = await ApiHarness.start();
    listener = await HttpListener.listen('127.0.0.1', 0, api.app);
    ada = await api.register('ada');
    for (const id of ['one', 'two']) await ada.post('/api/formations', { id, flavor: 'mock' }).expect(201);
    const run: FormationActions['nodes']['run'] = (_formation, _name, command, onOutput, signal) => {
      running += 1;
      onOutput({ stream: 'stdout', text: command });
      return new Promise<number>((_, reject) =>
        onAbort(signal, () => {
          running -= 1;
          reject(signal.reason as Error);
        }),
      );
    };
    Object.assign(api.parts.formations.nodes, { run });
  });
  after(async () => {
    await listener.close(0);
    await api.close();
  });

  const run = (caller: Caller, formation: string, signal: AbortSignal): Promise<Response> =>
    fetch(`http://127.0.0.1:${listener.port}/api/formations/${formation}/nodes/${formation}-box-1/run`, {
      method: 'POST',
      headers: { Authorization: `token ${caller.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ command: 'uptime' }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
    });

  it('are ten of one user: the eleventh is refused, others are not, and one that ends makes room', async () => {
    const bob = await api.register('bob', ada);
    await ada.post('/api/formations/two/perms', { username: 'bob', role: 'admin' }).expect(200);
    const [all, first] = [new AbortController(), new AbortController()];
    const opened = [await run(ada, 'one', first.signal)];
    for (let num = 1; num < 10; num += 1)
      opened.push(await run(ada, num % 2 === 0 ? 'one' : 'two', all.signal));
    assert.deepEqual(new Set(opened.map(({ status }) => status)), new Set([200]));
    const eleventh = await run(ada, 'two', all.signal);
    assert.equal(eleventh.status, 429);
    assert.match(await eleventh.text(), /you run 10 commands on nodes already: end one of them first/);
    assert.equal(running, 10);
    assert.equal((await run(bob, 'two', all.signal)).status, 200);
    first.abort();
    await waitUntil(async () => ((await run(ada, 'one', all.signal)).status === 200 ? true : undefined), {
      deadlineMs: 5_000,
      intervalMs: 50,
      what: 'a place for another command',
    });
    all.abort();
    await waitUntil(() => Promise.resolve(running === 0 || undefined), {
      deadlineMs: 5_000,
      intervalMs: 10,
      what: `the end of all commands; ${running} run`,
    });
  });
});
