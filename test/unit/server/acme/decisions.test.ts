import assert from 'node:assert/strict';
import fc from 'fast-check';
import { namesToOrder } from '../../../../server/acme/decisions/names-to-order.js';
import { pauseAfter } from '../../../../server/acme/decisions/next-attempt.js';
import { packNames, type Pack } from '../../../../server/acme/decisions/pack-names.js';
import {
  nextRenewalQuestion,
  renewalByLifetime,
  renewalByWindow,
} from '../../../../server/acme/decisions/renewal-time.js';
import { sayNameProblem, sayOrderProblem, setbackOf } from '../../../../server/acme/decisions/say-problem.js';
import { retryAfterMs } from '../../../../server/acme/protocol/retry-after.js';

const at = (ms: number): Date => new Date(ms);
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe('when a certificate is renewed', () => {
  for (const [what, lifetime] of [
    ['90 days', 90 * day],
    ['64 days', 64 * day],
    ['6 days', 6 * day],
    ['10 minutes', 10 * minute],
  ] as const)
    it(`is after two thirds of ${what}`, () => {
      assert.equal(renewalByLifetime({ from: at(0), until: at(lifetime) }).getTime(), (lifetime * 2) / 3);
    });

  it('is in the window of its CA, and now when that has passed', () => {
    const validity = { from: at(0), until: at(90 * day) };
    const window = { start: at(60 * day), end: at(62 * day) };
    assert.deepEqual(renewalByWindow(window, validity, 0.5, at(0)), at(61 * day));
    assert.deepEqual(renewalByWindow(window, validity, 0.5, at(70 * day)), at(70 * day));
    assert.equal(renewalByWindow({ start: at(5), end: at(5) }, validity, 0.5, at(0)), undefined);
    assert.deepEqual(
      renewalByWindow({ start: at(95 * day), end: at(99 * day) }, validity, 0.5, at(0)),
      at(81 * day),
      'a CA whose window lies behind the end',
    );
  });

  it('is asked of the CA as often as that says, within bounds', () => {
    const validity = { from: at(0), until: at(90 * day) };
    const short = { from: at(0), until: at(10 * minute) };
    const next = (...[of, retry]: [typeof validity, number?]): number =>
      nextRenewalQuestion(of, retry, at(0)).getTime();
    assert.deepEqual(
      [next(validity), next(validity, 21_600_000), next(validity, 30 * day), next(validity, 1), next(short)],
      [6 * hour, 6 * hour, day, minute, minute],
    );
  });
});

describe('when a failed attempt is repeated', () => {
  it('is later each time, never before the CA says, and soon enough for a short lifetime', () => {
    const pauses = [1, 2, 3, 20].map((failures) => pauseAfter('refused', failures));
    assert.deepEqual(pauses, [15 * minute, 30 * minute, hour, 12 * hour]);
    assert.equal(pauseAfter('limited', 1, { retryAfterMs: 5 * day, lifetimeMs: 10 * minute }), 5 * day);
    assert.equal(pauseAfter('unreachable', 9, { lifetimeMs: 10 * minute }), 20_000);
    assert.equal(pauseAfter('unreachable', 9, { lifetimeMs: 90 * day }), hour);
  });

  it('asks a CA for a refused name five times an hour at most', () => {
    let time = 0;
    const attempts: number[] = [];
    for (let failures = 1; time < 7 * day; failures++) {
      attempts.push(time);
      time += pauseAfter('refused', failures);
    }
    for (const begin of attempts)
      assert.ok(attempts.filter((moment) => moment >= begin && moment < begin + hour).length <= 5);
    assert.ok(attempts.length < 25, `${attempts.length} in a week`);
  });

  it('reads Retry-After as seconds and as a date', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    assert.deepEqual(
      ['120', 'Thu, 01 Jan 2026 01:00:00 GMT', 'Wed, 31 Dec 2025 01:00:00 GMT', 'soon', undefined].map(
        (text) => retryAfterMs(text, now),
      ),
      [120_000, hour, 0, undefined, undefined],
    );
    assert.equal(retryAfterMs('99999999999', now), 31 * day);
  });
});

describe('names of a formation', () => {
  const many = (count: number, from = 0): string[] =>
    Array.from({ length: count }, (_each, index) => `n${String(index + from).padStart(4, '0')}.example.com`);
  const pack = (name: string, domains: readonly string[], more: Partial<Pack> = {}): Pack => ({
    name,
    domains,
    isDue: false,
    ...more,
  });

  it('share as few certificates as the CA allows', () => {
    const packed = packNames(many(250), [], { maxNames: 100 });
    assert.deepEqual(
      packed.map(({ name, domains }) => [name, domains.length]),
      [
        ['auto-1', 83],
        ['auto-2', 83],
        ['auto-3', 84],
      ],
    );
  });

  it('stay where they are, and new ones join where there is room', () => {
    const first = pack('auto-1', many(40));
    assert.deepEqual(packNames(many(50), [first], { maxNames: 100 }), [
      { name: 'auto-1', domains: many(50) },
    ]);
    assert.deepEqual(
      packNames(many(120), [first], { maxNames: 100, taken: new Set(['auto-2']) }).map(
        ({ name, domains }) => [name, domains.length],
      ),
      [
        ['auto-1', 40],
        ['auto-3', 80],
      ],
    );
  });

  it('do not join one that must keep what it has', () => {
    assert.deepEqual(
      packNames(['a.com', 'b.com'], [pack('auto-1', ['a.com'], { isFrozen: true })], { maxNames: 100 }),
      [
        { name: 'auto-1', domains: ['a.com'] },
        { name: 'auto-2', domains: ['b.com'] },
      ],
    );
  });

  it('move together when their certificates are due', () => {
    const due = [pack('auto-1', many(3), { isDue: true }), pack('auto-2', many(3, 3), { isDue: true })];
    assert.deepEqual(packNames(many(6), due, { maxNames: 100 }), [{ name: 'auto-1', domains: many(6) }]);
    assert.deepEqual(packNames(many(2), due, { maxNames: 100 }), [{ name: 'auto-1', domains: many(2) }]);
  });

  it('are each in one certificate that is not too large, whatever there was before', () => {
    const name = fc.integer({ min: 0, max: 40 }).map((number) => `n${number}.example.com`);
    const packs = fc.uniqueArray(
      fc.record({
        name: fc.integer({ min: 1, max: 6 }).map((number) => `auto-${number}`),
        domains: fc.uniqueArray(name, { maxLength: 5 }),
        isDue: fc.boolean(),
        isFrozen: fc.boolean(),
      }),
      { selector: (each) => each.name, maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.uniqueArray(name), packs, fc.integer({ min: 5, max: 12 }), (names, before, maxNames) => {
        const after = packNames(names, before, { maxNames });
        assert.deepEqual(after.flatMap(({ domains }) => domains).sort(), [...names].sort());
        assert.equal(new Set(after.map(({ name: each }) => each)).size, after.length);
        for (const { domains } of after) assert.ok(domains.length > 0 && domains.length <= maxNames);
        if (before.every(({ isDue }) => isDue))
          assert.equal(after.length, Math.ceil(names.length / maxNames));
      }),
    );
  });
});

describe('what is ordered', () => {
  const validity = { from: at(0), until: at(90 * day) };
  const order = (more: Partial<Parameters<typeof namesToOrder>[0]>): readonly string[] =>
    namesToOrder({
      wanted: ['a.com', 'b.com'],
      ready: new Set(['a.com', 'b.com']),
      renewAt: at(60 * day),
      now: at(day),
      ...more,
    });
  const both = { domains: ['a.com', 'b.com'], validity };

  it('is nothing while a certificate is good for all', () => {
    assert.deepEqual(order({ current: both }), []);
    assert.deepEqual(order({ current: both, wanted: ['a.com'] }), [], 'a name that went is no reason');
  });

  it('is what is ready, when there is none, it lacks a name, or it is to be renewed', () => {
    assert.deepEqual(order({ ready: new Set(['a.com']) }), ['a.com']);
    assert.deepEqual(order({ current: { domains: ['a.com'], validity } }), ['a.com', 'b.com']);
    assert.deepEqual(order({ current: both, now: at(60 * day) }), ['a.com', 'b.com']);
    assert.deepEqual(order({ current: both, now: at(91 * day), ready: new Set(['b.com']) }), ['b.com']);
  });

  it('takes TLS from no name, until most of the lifetime has passed', () => {
    const ready = new Set(['a.com']);
    assert.deepEqual(order({ current: both, ready, now: at(61 * day) }), []);
    assert.deepEqual(order({ current: both, ready, now: at(76 * day) }), ['a.com']);
    const current = { domains: ['b.com'], validity };
    assert.deepEqual(order({ current, ready, now: at(day) }), [], 'not to add another name either');
  });
});

describe('what a CA refuses', () => {
  it('is said in a sentence that names the cause, with its own words', () => {
    assert.equal(
      sayNameProblem('www.example.com', {
        type: 'caa',
        detail: 'CAA record for example.com prevents issuance',
      }),
      'www.example.com: a CAA record of its DNS does not let this CA issue for it. The CA says: CAA record for ' +
        'example.com prevents issuance.',
    );
    assert.equal(
      sayOrderProblem('ca.example', { type: 'rateLimited', detail: 'too many certificates already issued' }),
      'ca.example takes no more orders at present. It says: too many certificates already issued.',
    );
    assert.match(
      sayNameProblem('a.com', { type: 'news', detail: 'No.' }),
      /a\.com: the CA refuses it\. .* No\.$/,
    );
    assert.deepEqual(
      [
        setbackOf(429, { type: '' }),
        setbackOf(403, { type: 'rateLimited' }),
        setbackOf(500, { type: 'serverInternal' }),
        setbackOf(400, { type: 'malformed' }),
      ],
      ['limited', 'limited', 'unreachable', 'rejected'],
    );
  });
});
