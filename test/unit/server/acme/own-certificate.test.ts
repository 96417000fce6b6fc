import assert from 'node:assert/strict';
import { pauseAfter } from '../../../../server/acme/decisions/next-attempt.js';
import {
  failuresOf,
  isHeldUp,
  ownPause,
  ownStep,
} from '../../../../server/acme/decisions/own-certificate.js';
import { sayNameProblem } from '../../../../server/acme/decisions/say-problem.js';
import { preflightOwn, type OwnProblem } from '../../../../server/acme/preflight/preflight.js';
import type { PreflightNetwork } from '../../../../server/acme/preflight/preflight-network.js';

const at = (ms: number): Date => new Date(ms);
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe("what is due for the API's own certificate", () => {
  const current = { from: at(0), until: at(90 * day) };
  const good = { current, renewAt: at(60 * day), askRenewalAt: at(30 * day), notBefore: null };

  it('is an order where there is none, where it has expired and where it is to be renewed', () => {
    const none = { current: undefined, renewAt: null, askRenewalAt: null, notBefore: null };
    assert.equal(ownStep(none, at(0)), 'order');
    assert.equal(ownStep({ ...none, notBefore: at(10) }, at(9)), undefined);
    assert.equal(ownStep({ ...none, notBefore: at(10) }, at(10)), 'order');
    assert.equal(ownStep(good, at(60 * day)), 'order');
    const late = { ...good, renewAt: at(95 * day), askRenewalAt: at(99 * day) };
    assert.equal(ownStep(late, at(90 * day)), 'order');
  });

  it('is the question when to renew, while it is good', () => {
    assert.equal(ownStep(good, at(30 * day - 1)), undefined);
    assert.equal(ownStep(good, at(30 * day)), 'ask');
    assert.equal(ownStep({ ...good, askRenewalAt: null }, at(1)), 'ask');
  });

  it('is tried again an hour later at the latest, but for a CA that takes no more', () => {
    assert.equal(pauseAfter('refused', 20), 12 * hour);
    assert.deepEqual(
      [ownPause('refused', 1, {}), ownPause('refused', 20, {}), ownPause('rejected', 20, {})],
      [15 * minute, hour, hour],
    );
    assert.equal(ownPause('limited', 1, { retryAfterMs: 5 * day }), 5 * day);
    assert.equal(ownPause('rejected', 9, { retryAfterMs: 2 * hour }), 2 * hour);
    assert.equal(ownPause('unreachable', 9, { lifetimeMs: 10 * minute }), 20_000);
  });

  it('counts failures anew when they have another reason', () => {
    assert.equal(failuresOf({ failures: 7, setback: 'not-ready' }, 'not-ready'), 8);
    assert.equal(failuresOf({ failures: 7, setback: 'not-ready' }, 'refused'), 1);
    assert.equal(failuresOf({ failures: 0, setback: null }, 'refused'), 1);
  });

  it('is held up by what is sure, and by another answer for some tries, until the CA has said what it sees', () => {
    const held = (isSure: boolean, failures: number, setback: string | null): boolean =>
      isHeldUp({ isSure }, { failures, setback });
    assert.deepEqual([held(true, 99, 'not-ready'), held(true, 1, 'refused')], [true, true]);
    assert.deepEqual([held(false, 0, null), held(false, 4, 'not-ready')], [true, true]);
    assert.deepEqual([held(false, 5, 'not-ready'), held(false, 1, 'refused')], [false, false]);
  });

  it('is said of the controller, not of a formation', () => {
    const said = sayNameProblem('deis.example.com', { type: 'connection', detail: 'refused' }, 'controller');
    assert.match(said, /does that lead to DEIS_TLS_HTTP_PORT.* The CA says: refused\.$/);
    assert.match(
      sayNameProblem('deis.example.com', { type: 'unauthorized', detail: '404' }, 'controller'),
      /is not this controller/,
    );
  });
});

describe("the look at the API's own name before an order", () => {
  const look = (network: Partial<PreflightNetwork>): Promise<OwnProblem | undefined> =>
    preflightOwn(
      { name: 'deis.example.com', thumbprint: 'print', caaIdentities: ['ca.test'], token: 'token' },
      {
        addresses: () => Promise.resolve(['192.0.2.1']),
        caa: () => Promise.resolve([]),
        ask: () => Promise.resolve({ status: 200, body: 'token.print' }),
        ...network,
      },
      AbortSignal.timeout(5000),
    );

  it('finds nothing where this controller answers, and where nothing can be reached from here', async () => {
    assert.equal(await look({}), undefined);
    assert.equal(await look({ ask: () => Promise.resolve(null) }), undefined);
  });

  it('waits for a host that is there and does not listen yet, as one that an install makes ready', async () => {
    const refused = await look({ ask: () => Promise.resolve('refused') });
    assert.deepEqual(refused, {
      problem:
        'deis.example.com: the DNS points it at 192.0.2.1, and nothing listens there on port 80: does that lead to ' +
        'DEIS_TLS_HTTP_PORT?',
      isSure: false,
    });
  });

  it('says what is wrong with the DNS, with who answers, and with CAA', async () => {
    const none = await look({ addresses: () => Promise.resolve([]) });
    assert.match(none!.problem, /no address .* at this controller/);
    const other = await look({ ask: () => Promise.resolve({ status: 404, body: '' }) });
    assert.deepEqual([none!.isSure, other!.isSure], [true, false]);
    assert.match(
      other!.problem,
      /points it at 192\.0\.2\.1, and what answers there on port 80 is not this controller \(it says 404\)/,
    );
    assert.match(
      (await look({ caa: () => Promise.resolve([{ critical: 0, issue: 'other.test' }]) }))!.problem,
      /lets other\.test issue for it, and not this CA/,
    );
  });
});
