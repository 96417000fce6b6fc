import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Secret } from '../../../../base/secret.js';
import { hookBody, hookHeaders, signature } from '../../../../server/alerts/hook-event.js';

const now = new Date('2026-11-29T12:00:00.700Z');
const alert = {
  kind: 'memory',
  subject: 'web.1',
  detail: 'web.1 uses 93 % of its memory limit',
  since: new Date('2026-11-29T11:59:00Z'),
  resolvedAt: null,
};

describe('what a hook is sent', () => {
  it('says what happened, in words and in fields', () => {
    const body = hookBody({ id: 'the-id', event: 'alert.fired', formation: 'shop', alert, now });
    assert.deepEqual(JSON.parse(body), {
      id: 'the-id',
      event: 'alert.fired',
      at: '2026-11-29T12:00:00.700Z',
      formation: 'shop',
      text: 'Alert (shop): web.1 uses 93 % of its memory limit',
      alert: {
        kind: 'memory',
        subject: 'web.1',
        detail: 'web.1 uses 93 % of its memory limit',
        since: '2026-11-29T11:59:00.000Z',
        resolved_at: null,
      },
    });
  });

  it('is signed as openssl does it, with the time', () => {
    const body = '{"text":"grüße"}';
    const signed = signature(new Secret('whsec_abc'), body, now);
    const [, time, sum] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signed)!;
    assert.equal(Number(time), Math.floor(now.getTime() / 1000));
    const other = execFileSync('openssl', ['dgst', '-sha256', '-hmac', 'whsec_abc'], {
      input: `${time}.${body}`,
      encoding: 'utf8',
    });
    assert.equal(other.trim().split(' ').at(-1), sum);
  });

  it('has headers that tell attempts of one delivery apart', () => {
    const headers = hookHeaders(
      { id: 'i', event: 'alert.test', body: '{}', attempts: 3 },
      new Secret('s'),
      now,
    );
    assert.deepEqual(
      [headers['deis-delivery'], headers['deis-event'], headers['deis-attempt']],
      ['i', 'alert.test', '3'],
    );
  });
});
