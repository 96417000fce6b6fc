import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../base/errors.js';
import { proxyCommands } from '../../../../provisioner/node-commands/proxies.js';
import type { Connection, ExecRequest } from '../../../../provisioner/ssh/transport.js';

describe('a proxy that is about to go', () => {
  const asked: string[] = [];
  const exec = async ({ command }: ExecRequest) => {
    asked.push(command.join(' '));
    return { stdout: '', stderr: '', exitCode: 0 };
  };
  const commands = (run: typeof exec) => proxyCommands({ exec: run } as unknown as Connection);
  const options = { deadlineMs: 1000 };

  it('is told for how long load balancers are to hear of it, and that it stays, at its own endpoint', async () => {
    await commands(exec).leave(959.2, options);
    await commands(exec).stay(options);
    assert.deepEqual(asked, [
      'curl -sS --max-time 5 -f -X PUT --data-binary 960 http://127.0.0.1:9091/leaving',
      'curl -sS --max-time 5 -f -X DELETE http://127.0.0.1:9091/leaving',
    ]);
  });

  it('fails where its site knows nothing of that', async () => {
    const failure = new RemoteFailure('curl: (22) 404', { node: 'p', phase: 'exit', exitCode: 22 });
    await assert.rejects(commands(() => Promise.reject(failure)).leave(60, options), failure);
  });
});
