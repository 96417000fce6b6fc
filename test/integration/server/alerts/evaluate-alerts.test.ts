import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { Secret } from '../../../../base/secret.js';
import { evaluateAlerts, evaluateFormation } from '../../../../server/alerts/evaluate-alerts.js';
import type { HookBody } from '../../../../server/alerts/hook-event.js';
import { buildSteps, type AlertSources } from '../../../../server/alerts/read-facts.js';
import { sendDeliveries } from '../../../../server/alerts/send-deliveries.js';
import type { NewAlertRule } from '../../../../server/store/alerts/alert-store.js';
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

  let archivedUntil: Date | undefined;
  const apiDomain = 'deis.example.com';
  const sources = (): AlertSources => ({
    stores: db.stores,
    archivedUntil: () => archivedUntil,
  });
  const addRule = async (
    kind: string,
    threshold: number | null,
    { pattern = null, minutes = null }: Partial<NewAlertRule> = {},
  ): Promise<number> =>
    (await db.stores.alerts.addRule({ formationId, kind, name: kind, threshold, pattern, minutes }))!.id;
  const evaluate = (seconds: number): Promise<void> => evaluateFormation(sources(), formationId, at(seconds));
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
    await addRule('crash-loop', null);
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
    await addRule('crash-loop', null);
    await seen('crashing', 4);
    await Promise.all([evaluate(10), evaluate(10), evaluate(10)]);
    assert.equal((await events()).length, 1);
  });

  it('do not resolve while nothing is measured, as after a restart', async () => {
    await addRule('5xx', 5);
    const measure = {
      seconds: 10,
      containers: {},
      traffic: { statuses: { 2: 50, 5: 50 }, took: { 5: 100 } },
      disks: {},
    };
    await db.stores.measures.put({ formationId, node: 'proxy-1' }, [{ resolution: 10, at: at(0), measure }]);
    await evaluate(10);
    await evaluate(600);
    assert.deepEqual(
      (await events()).map((event) => event.split(' ')[0]),
      ['alert.fired'],
    );
    const well = { ...measure, traffic: { statuses: { 2: 100 }, took: { 5: 100 } } };
    await db.stores.measures.put({ formationId, node: 'proxy-1' }, [
      { resolution: 10, at: at(610), measure: well },
    ]);
    await evaluate(620);
    assert.deepEqual(
      (await events()).map((event) => event.split(' ')[0]),
      ['alert.fired', 'alert.resolved'],
    );
  });

  it('tell of nodes that do not answer and of failed deploys', async () => {
    await addRule('node-lost', null);
    await addRule('deploy', null);
    await db.stores.nodes.update(nodeId, { status: 'lost' });
    const newest = (await db.stores.releases.newest(formationId))!;
    await db.stores.releases.setState(newest.id, 'failed', 'nothing listens');
    await evaluate(10);
    assert.deepEqual((await events()).sort(), [
      'alert.fired node-runtime-1 does not answer',
      'alert.fired release v1 failed: nothing listens',
    ]);
  });

  it("tell a guest of its host's nodes that do not answer, and of its own", async () => {
    await addRule('node-lost', null);
    const host = await storeFormation(db.stores, `host-${formations}`);
    const onHost = await storeNode(db.stores, await storeLayer(db.stores, host, 'proxy'), 7);
    await db.stores.formations.setPlaces(formationId, { hostId: host.formation.id });
    for (const id of [nodeId, onHost.id]) await db.stores.nodes.update(id, { status: 'lost' });
    await evaluate(10);
    assert.deepEqual((await events()).sort(), [
      'alert.fired node-proxy-7 does not answer',
      'alert.fired node-runtime-1 does not answer',
    ]);
  });

  /** An operation that ended in a step, as the worker writes it down. */
  async function ended(kind: string, step: string, state: 'succeeded' | 'failed'): Promise<void> {
    const id = randomUUID();
    await db.stores.operations.enqueue({ id, formationId, formationName: 'shop', kind, requestedBy: null });
    const error = state === 'failed' ? JSON.stringify({ message: `${step} failed` }) : null;
    await db.database('operations').where({ id }).update({ state, step, error });
  }
  const kinds = async (): Promise<string[]> => (await events()).map((event) => event.split(' ')[0]!);

  it('tell of a build that failed, whichever kind built, until one has not', async () => {
    await addRule('build', null);
    for (const [index, [kind, step]] of Object.entries(buildSteps).entries()) {
      const began = 100 * index;
      const before = (await kinds()).length;
      await ended(kind, step, 'failed');
      await ended('deploy', 'start', 'succeeded');
      await evaluate(began + 10);
      await evaluate(began + 20);
      assert.equal((await events()).at(-1), `alert.fired the newest build failed: ${step} failed`);
      await ended(kind, 'switch', 'failed');
      await evaluate(began + 60);
      assert.deepEqual((await kinds()).slice(before), ['alert.fired', 'alert.resolved'], kind);
    }
  });

  it('tell of lines that match a pattern, of the last minutes alone, and go on after a restart', async () => {
    const id = await addRule('log', 3, { pattern: 'ERROR', minutes: 5 });
    const look = (seconds: number): Promise<void> =>
      db.stores.logMatches.setPosition(formationId, { file: '7', position: 1, lookedAt: at(seconds) });
    await look(0);
    await db.stores.logMatches.add(id, at(0), 2);
    await evaluate(5);
    assert.deepEqual(await kinds(), []);
    await db.stores.logMatches.add(id, at(0), 1);
    for (const seconds of [10, 20]) await evaluate(seconds);
    assert.deepEqual(await events(), ['alert.fired 3 lines within 5 min match ERROR']);
    await evaluate(400);
    assert.equal((await kinds()).length, 1, 'nobody has looked meanwhile: it is not over');
    await look(400);
    await evaluate(410);
    assert.deepEqual(await kinds(), ['alert.fired', 'alert.resolved']);
    await db.stores.logMatches.removeBefore(at(1));
    assert.equal(await db.stores.logMatches.countSince(id, at(0)), 0);
  });

  it("tell of the controller's backups and its database's log", async () => {
    await db.database('scheduled_jobs').where({ name: 'backup' }).delete();
    await db.stores.schedule.declare([{ name: 'backup', everyMs: 1000 }]);
    await addRule('backup', 48);
    await addRule('wal', 10);
    archivedUntil = at(0);
    await db
      .database('scheduled_jobs')
      .where({ name: 'backup' })
      .update({ ended_at: at(0), failures: 1 });
    await evaluate(600);
    assert.deepEqual((await events()).sort(), [
      "alert.fired nothing of the database's log was copied since 2026-11-29T12:00:00.000Z",
      'alert.fired the backup failed, 1 times since one did not',
    ]);
    archivedUntil = at(640);
    await db
      .database('scheduled_jobs')
      .where({ name: 'backup' })
      .update({ ended_at: at(640), failures: 0 });
    await evaluate(641);
    assert.deepEqual((await kinds()).sort(), [
      'alert.fired',
      'alert.fired',
      'alert.resolved',
      'alert.resolved',
    ]);
  });

  it("tell of the API's certificate, in the words of the CA", async () => {
    await addRule('api-certificate', 14);
    await evaluate(0);
    await db.stores.apiCertificates.keep(apiDomain, 'https://ca.test/directory');
    await evaluate(10);
    assert.deepEqual(await events(), []);
    const refused = { failures: 1, setback: 'refused', lastError: 'no. The CA says so.' };
    await db.stores.apiCertificates.update(apiDomain, refused);
    await evaluate(20);
    assert.deepEqual(await events(), [
      'alert.fired there is no certificate of deis.example.com yet: no. The CA says so.',
    ]);
    await db.stores.apiCertificates.update(apiDomain, { failures: 0, setback: null, lastError: null });
    await evaluate(60);
    assert.deepEqual(await kinds(), ['alert.fired', 'alert.resolved']);
    await db.stores.apiCertificates.update(apiDomain, refused);
    await db.stores.apiCertificates.use('other.example.com');
    await evaluate(600);
    assert.deepEqual(await kinds(), ['alert.fired', 'alert.resolved'], 'it is shown no more');
  });

  it('of a formation that cannot be looked at keep none of the others from theirs', async () => {
    await addRule('crash-loop', null);
    await seen('crashing', 4);
    const failed: number[] = [];
    await evaluateAlerts(
      sources(),
      () => at(10),
      signal,
      (_error, id) => failed.push(id),
    );
    assert.deepEqual(failed, []);
    assert.equal((await events()).length, 1);
  });

  it('are sent signed, tried again until they are received, and sent again on demand', async () => {
    await addRule('crash-loop', null);
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
      sendDeliveries(db.stores, { web: sender, mail: undefined }, () => at(seconds), signal);
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

  it('are mailed to addresses, as often as hooks are told, and not without a mail server', async () => {
    const target = { url: new Secret('mailto:on-call@example.com'), secret: new Secret('none') };
    const fields = { formationId, name: 'mail', host: '@example.com' };
    hookId = (await db.stores.hooks.insert(fields, target))!.id;
    await addRule('crash-loop', null);
    await seen('crashing', 4);
    await evaluate(10);
    await db.database('deliveries').where({ state: 'waiting' }).whereNot({ hook_id: hookId }).delete();
    const web = { send: () => assert.fail('it is no URL') };
    const mails: string[] = [];
    const mail = {
      send: async (to: string, { id, body }: { id: string; body: HookBody }) => {
        mails.push(`${to} ${body.event} ${id === body.id ? 'first' : 'again'}`);
        return mails.length === 1 ? { status: 451, error: '451 later' } : { status: 250, error: null };
      },
    };
    const newest = async () => (await db.stores.hooks.pageOfDeliveries(hookId, { limit: 1 })).items[0]!;
    await sendDeliveries(db.stores, { web, mail: undefined }, () => at(11), signal);
    assert.match((await newest()).lastError ?? '', /DEIS_SMTP_URL/);
    await sendDeliveries(db.stores, { web, mail }, () => at(30), signal);
    assert.deepEqual([(await newest()).state, (await newest()).lastStatus], ['waiting', 451]);
    await sendDeliveries(db.stores, { web, mail }, () => at(90), signal);
    assert.deepEqual([(await newest()).state, (await newest()).attempts], ['delivered', 3]);
    await db.stores.hooks.sendAgain(await newest(), at(91));
    await sendDeliveries(db.stores, { web, mail }, () => at(91), signal);
    const one = 'on-call@example.com alert.fired';
    assert.deepEqual(mails, [`${one} first`, `${one} first`, `${one} again`]);
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
    await addRule('crash-loop', null);
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
