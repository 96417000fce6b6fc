import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Secret } from '../../../../base/secret.js';
import { evaluateAlerts, evaluateFormation } from '../../../../server/alerts/evaluate-alerts.js';
import { sendDeliveries } from '../../../../server/alerts/send-deliveries.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import {
  storeFormation,
  storeLayer,
  storeLiveApp,
  storeNode,
} from '../../../support/server/stored-formation.js';

const start = Date.parse('2026-11-29T12:00:00Z');
const at = (seconds: number): Date => new Date(start + seconds * 1000);
const { signal } = new AbortController();

describe('alerts of a formation', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let formationId: number;
  let nodeId: string;
  let hookId: number;
  let formations = 0;
  before(async () => (db = await createTestDatabase()));
  after(() => db.close());
  beforeEach(async () => {
    const stored = await storeFormation(db.stores, `shop-${(formations += 1)}`);
    formationId = stored.formation.id;
    const layer = await storeLayer(db.stores, stored);
    nodeId = (await storeLiveApp(db.stores, layer)).id;
    await storeNode(db.stores, layer, 2);
    const target = { url: new Secret('https://hooks.example.com/x'), secret: new Secret('whsec_x') };
    hookId = (await db.stores.hooks.insert(
      { formationId, name: 'default', host: 'hooks.example.com' },
      target,
    ))!.id;
  });

  const evaluate = (seconds: number): Promise<void> => evaluateFormation(db.stores, formationId, at(seconds));
  const seen = (state: 'up' | 'crashing', restarts: number): Promise<void> =>
    db.stores.containers.saw(
      nodeId,
      [
        {
          process: 'web.1',
          port: 5001,
          seen: { state, restarts, exitCode: null, outOfMemory: false, since: at(0).toISOString() },
        },
      ],
      at(0),
    );
  const events = async (): Promise<string[]> => {
    const { items } = await db.stores.hooks.pageOfDeliveries(hookId, { limit: 100 });
    return [...items].reverse().map(({ event, body }) => {
      const { text } = JSON.parse(body) as { text: string };
      return `${event} ${text.replace(/^[^:]*: /, '')}`;
    });
  };

  it('fire once, and resolve once when they are over', async () => {
    await db.stores.alerts.addRule(formationId, 'crash-loop', null);
    await evaluate(0);
    assert.deepEqual(await events(), []);
    await seen('crashing', 4);
    for (const seconds of [10, 20, 30]) await evaluate(seconds);
    assert.deepEqual(await events(), ['alert.fired web.1 restarts over and over: 4 times by now']);
    await seen('up', 5);
    await evaluate(40);
    assert.equal((await db.stores.alerts.openOf(formationId)).length, 1, 'what comes and goes is told once');
    await evaluate(60);
    await evaluate(70);
    assert.deepEqual(
      (await events()).map((event) => event.split(' ')[0]),
      ['alert.fired', 'alert.resolved'],
    );
    await seen('crashing', 6);
    await evaluate(80);
    assert.equal((await events()).length, 3, 'the next time is told again');
  });

  it('fire once, also when two controllers look at once', async () => {
    await db.stores.alerts.addRule(formationId, 'crash-loop', null);
    await seen('crashing', 4);
    await Promise.all([evaluate(10), evaluate(10), evaluate(10)]);
    assert.equal((await events()).length, 1);
  });

  it('do not resolve while nothing is measured, as after a restart', async () => {
    await db.stores.alerts.addRule(formationId, '5xx', 5);
    const measure = {
      seconds: 10,
      containers: {},
      traffic: { statuses: { 2: 50, 5: 50 }, took: { 5: 100 } },
      disks: {},
    };
    await db.stores.measures.put({ formationId, node: 'proxy-1' }, 10, at(0), measure);
    await evaluate(10);
    await evaluate(600);
    assert.deepEqual(
      (await events()).map((event) => event.split(' ')[0]),
      ['alert.fired'],
    );
    const well = { ...measure, traffic: { statuses: { 2: 100 }, took: { 5: 100 } } };
    await db.stores.measures.put({ formationId, node: 'proxy-1' }, 10, at(610), well);
    await evaluate(620);
    assert.deepEqual(
      (await events()).map((event) => event.split(' ')[0]),
      ['alert.fired', 'alert.resolved'],
    );
  });

  it('tell of nodes that do not answer and of failed deploys', async () => {
    await db.stores.alerts.addRule(formationId, 'node-lost', null);
    await db.stores.alerts.addRule(formationId, 'deploy', null);
    await db.stores.nodes.update(nodeId, { status: 'lost' });
    const newest = (await db.stores.releases.newest(formationId))!;
    await db.stores.releases.setState(newest.id, 'failed', 'nothing listens');
    await evaluate(10);
    assert.deepEqual((await events()).sort(), [
      'alert.fired node-runtime-1 does not answer',
      'alert.fired release v1 failed: nothing listens',
    ]);
  });

  it('of a formation that cannot be looked at keep none of the others from theirs', async () => {
    await db.stores.alerts.addRule(formationId, 'crash-loop', null);
    await seen('crashing', 4);
    const failed: number[] = [];
    await evaluateAlerts(
      db.stores,
      () => at(10),
      signal,
      (_error, id) => failed.push(id),
    );
    assert.deepEqual(failed, []);
    assert.equal((await events()).length, 1);
  });

  it('are sent signed, tried again until they are received, and sent again on demand', async () => {
    await db.stores.alerts.addRule(formationId, 'crash-loop', null);
    await db.database('deliveries').where({ state: 'waiting' }).whereNot({ hook_id: hookId }).delete();
    await seen('crashing', 4);
    await evaluate(10);
    const sent: { url: string; headers: Record<string, string>; body: string }[] = [];
    let answer: { status: number | null; error: string | null } = { status: 500, error: 'it answered 500' };
    const sender = {
      send: async (url: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
        sent.push({ url, headers, body });
        return answer;
      },
    };
    const send = (seconds: number): Promise<void> =>
      sendDeliveries(db.stores, sender, () => at(seconds), signal);
    const newest = async () => (await db.stores.hooks.pageOfDeliveries(hookId, { limit: 1 })).items[0]!;
    await send(11);
    await send(12);
    assert.deepEqual(
      [sent.length, (await newest()).state, (await newest()).lastStatus, (await newest()).nextAt],
      [1, 'waiting', 500, at(21)],
    );
    answer = { status: 200, error: null };
    await Promise.all([send(21), send(21)]);
    assert.deepEqual([sent.length, (await newest()).state, (await newest()).attempts], [2, 'delivered', 2]);
    const [time, sum] = sent[1]!.headers['deis-signature']!.split(',').map((part) => part.split('=')[1]!);
    assert.equal(createHmac('sha256', 'whsec_x').update(`${time}.${sent[1]!.body}`).digest('hex'), sum);
    assert.equal(sent[1]!.url, 'https://hooks.example.com/x');
    await db.stores.hooks.sendAgain(await newest(), at(30));
    await send(30);
    assert.deepEqual([sent.length, sent[2]!.body === sent[1]!.body], [3, true]);
  });

  it('are bounded: of each hook its newest deliveries are kept, and what is over goes in time', async () => {
    for (let n = 0; n < 8; n += 1)
      await db.stores.hooks.addDelivery({
        id: `00000000-0000-4000-8000-${String(formations * 100 + n).padStart(12, '0')}`,
        hookId,
        event: 'alert.test',
        body: `{"text":"x: ${n}"}`,
        createdAt: at(n),
      });
    await db.stores.hooks.removeAllBut(3);
    assert.deepEqual(await events(), ['alert.test 5', 'alert.test 6', 'alert.test 7']);
    await db.stores.alerts.addRule(formationId, 'crash-loop', null);
    await seen('crashing', 4);
    await evaluate(10);
    await seen('up', 4);
    await evaluate(50);
    await db.stores.alerts.removeResolvedBefore(at(49));
    assert.equal((await db.stores.alerts.pageOfFormation(formationId, { limit: 9 })).count, 1);
    await db.stores.alerts.removeResolvedBefore(at(51));
    assert.equal((await db.stores.alerts.pageOfFormation(formationId, { limit: 9 })).count, 0);
  });
});
