import assert from 'node:assert/strict';
import { answerChallenges } from '../../../../../server/acme/own/answer-challenges.js';
import { preflightNetwork } from '../../../../../server/acme/preflight/preflight-network.js';
import { HttpListener } from '../../../../../server/listen/http-listener.js';

describe('the answer to a challenge of the CA', () => {
  it('is what the look before an order expects', async () => {
    const handle = answerChallenges('print', 'https://deis.example.com');
    const listener = await HttpListener.listen('127.0.0.1', 0, handle);
    try {
      const network = preflightNetwork(undefined, listener.port);
      const path = '/.well-known/acme-challenge/token';
      assert.deepEqual(await network.ask('127.0.0.1', 'deis.example.com', path, AbortSignal.timeout(5000)), {
        status: 200,
        body: 'token.print',
      });
    } finally {
      await listener.close(0);
    }
  });
});
