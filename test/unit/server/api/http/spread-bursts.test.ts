import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { spreadBursts } from '../../../../../server/api/http/spread-bursts.js';

describe('spreadBursts', () => {
  const begunOf = (handler = spreadBursts()) => {
    const begun: string[] = [];
    const send = (name: string, ip = '192.0.2.1', path = '/api/apps'): void =>
      void handler({ ip, path } as Request, {} as Response, () => begun.push(name));
    return { begun, send };
  };
  const burst = Array.from({ length: 10 }, (_, n) => `a${n}`);

  it('begins four requests of an address in a turn, and the others in those that follow, in order', async () => {
    const { begun, send } = begunOf();
    for (const name of burst) send(name);
    assert.deepEqual(begun, burst.slice(0, 4));
    await turn();
    assert.deepEqual(begun, burst.slice(0, 8));
    await turn();
    assert.deepEqual(begun, burst);
  });

  it('lets another address begin at once, and whoever asks for /health', () => {
    const { begun, send } = begunOf();
    for (const name of burst) send(name);
    send('b', '192.0.2.2');
    send('health', '192.0.2.1', '/health');
    assert.deepEqual(begun, [...burst.slice(0, 4), 'b', 'health']);
  });

  it('does not let who comes later overtake', async () => {
    const { begun, send } = begunOf();
    for (const name of burst) send(name);
    await turn();
    send('later');
    assert.ok(!begun.includes('later'));
    await turn();
    assert.deepEqual(begun, [...burst, 'later']);
  });

  it('begins anew in a turn of its own', async () => {
    const { begun, send } = begunOf();
    for (const name of burst.slice(0, 4)) send(name);
    await turn();
    await turn();
    send('b0');
    assert.deepEqual(begun, [...burst.slice(0, 4), 'b0']);
  });
});
