import assert from 'node:assert/strict';
import type Docker from 'dockerode';
import { startMachines } from '../../../../quickstart/app/start-machines.js';

describe("the quickstart's machines", () => {
  const found = (states: readonly string[]) => {
    const asked: string[] = [];
    const engine = {
      listContainers: (options: { all: boolean; filters: object }) => {
        asked.push(`list ${String(options.all)} ${JSON.stringify(options.filters)}`);
        return Promise.resolve(
          states.map((State, index) => ({ Id: `${index}`, Names: [`/node-${index}`], State })),
        );
      },
      getContainer: (id: string) => ({
        start: () => Promise.resolve(void asked.push(`start ${id}`)),
        unpause: () => Promise.resolve(void asked.push(`unpause ${id}`)),
      }),
    };
    return { engine: engine as unknown as Docker, asked };
  };

  it('are started again where somebody stopped or paused them, and are left alone where they run', async () => {
    const { engine, asked } = found(['running', 'exited', 'paused', 'restarting']);
    const notes: string[] = [];
    assert.deepEqual(await startMachines(engine, '0badcafe', (line) => notes.push(line)), {
      ids: ['0', '1', '2', '3'],
      started: ['node-1', 'node-2'],
    });
    assert.match(asked[0] ?? '', /^list true .*0badcafe/);
    assert.deepEqual(asked.slice(1), ['start 1', 'unpause 2']);
    assert.deepEqual(notes, ['node-1 is stopped: starting it again', 'node-2 is paused: starting it again']);
  });

  it('are none where they were taken away', async () => {
    assert.deepEqual(await startMachines(found([]).engine, '0badcafe', () => undefined), {
      ids: [],
      started: [],
    });
  });
});
