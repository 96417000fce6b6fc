import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { UserError } from '../../../base/errors.js';
import { freePort } from '../../../server/free-port.js';

describe('freePort', () => {
  let taken: Server;
  let port = 0;
  beforeEach(async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = (taken.address() as AddressInfo).port;
  });
  afterEach(() => void taken.close());

  it('replaces a taken port that nobody asked for', async () => {
    const chosen = await freePort('127.0.0.1', port);
    assert.ok(chosen > 0 && chosen !== port);
  });

  it('refuses a taken port that somebody asked for', () =>
    assert.rejects(
      freePort('127.0.0.1', port, 'DEIS_PORT'),
      (error) => error instanceof UserError && error.message.startsWith(`DEIS_PORT=${port}: another process`),
    ));

  it('gives the port that was asked for when it is free, and any for 0', async () => {
    taken.close();
    await once(taken, 'close');
    assert.equal(await freePort('127.0.0.1', port, 'DEIS_PORT'), port);
    assert.ok((await freePort('127.0.0.1', 0, 'DEIS_PORT')) > 0);
  });
});
