import assert from 'node:assert/strict';
import {
  followContainerEvents,
  parseContainerEvent,
  type ContainerEvent,
} from '../../../../provisioner/node-commands/container-events.js';
import type { Connection, ExecRequest } from '../../../../provisioner/ssh/transport.js';

describe('what happens to containers of a node', () => {
  it('is read line by line, however it arrives, and lines without an end are given up', async () => {
    const seen: ContainerEvent[] = [];
    const exec = (request: ExecRequest) => {
      const text = `follows\nstart app-web.1-v1-5001 \ndie app-web.1-v1-5001 137\n${'x'.repeat(5000)}\noom a\n`;
      for (let at = 0; at < text.length; at += 7) request.onStdout!(Buffer.from(text.slice(at, at + 7)));
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    };
    await followContainerEvents({ exec } as unknown as Connection, (event) => seen.push(event), {
      deadlineMs: 1000,
    });
    assert.deepEqual(seen, [
      { what: 'start', name: 'app-web.1-v1-5001', exitCode: null },
      { what: 'die', name: 'app-web.1-v1-5001', exitCode: 137 },
      { what: 'oom', name: 'a', exitCode: null },
    ]);
  });

  for (const line of ['', 'follows', 'die', 'exec_create: sh a', 'start a b c'])
    it(`is nothing in ${JSON.stringify(line)}`, () => assert.equal(parseContainerEvent(line), undefined));
});
