import assert from 'node:assert/strict';
import { Conflict, RemoteFailure } from '../../../../../base/errors.js';
import { enterOver } from '../../../../../provisioner/node-commands/node-commands.js';
import {
  RecordingTransport,
  type RecordingScript,
} from '../../../../../provisioner/ssh/recording-transport.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { collectRuns, maxKeptRuns } from '../../../../../server/formation/runs/collect-runs.js';
import { prepareRun } from '../../../../../server/formation/runs/prepare-run.js';
import { runCommand } from '../../../../../server/formation/runs/run-command.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('one-off commands at once', function () {
  this.timeout(20_000);
  let h: FormationHarness;
  let shop: FormationRecord;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push();
    shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
    await h.drain();
    await h.end((await h.queuePush(['web'], null, shop)).id);
  });
  afterEach(() => h.close());

  const partsOf = (ofFormation: number, ofUser: number, script: RecordingScript = {}) => ({
    ...h.parts,
    enterNode: enterOver(new RecordingTransport(script)),
    settings: { ...h.parts.settings, runs: { ofFormation, ofUser } },
  });
  const request = () => ({ user: h.user, command: 'sleep 1d' });
  const refused = (why: RegExp) => (error: unknown) => {
    assert.ok(error instanceof Conflict);
    assert.match(error.message, why);
    return true;
  };

  it('are bounded for a formation, whoever begins them', async () => {
    const parts = partsOf(2, 9);
    const prepare = (formation = h.formation) => prepareRun(parts, formation, request(), false);
    const [first] = [await prepare(), await prepare()];
    await assert.rejects(
      prepare(),
      refused(
        /^app may run 2 one-off commands at once, .*: run\.1 of app, run\.2 of app run already\. .*`deis run:stop run\.1 -f app`$/,
      ),
    );
    await prepare(shop);
    await h.stores.runs.finish(first.record.id, 0);
    await prepare();
  });

  it('are bounded for a user, in whatever formations, and however many come at the same time', async () => {
    const parts = partsOf(9, 3);
    const ends = await Promise.allSettled(
      [h.formation, shop, h.formation, shop, h.formation, shop].map((formation) =>
        prepareRun(parts, formation, request(), false),
      ),
    );
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 3);
    await assert.rejects(
      prepareRun(parts, shop, request(), true),
      refused(
        new RegExp(`^${h.user.username} may run 3 one-off commands at once, in all formations together: `),
      ),
    );
  });

  it('have their places until their containers are gone from a node that answers', async () => {
    let isStuck = true;
    const parts = partsOf(1, 9, {
      onExec: ({ command, node }) => {
        if (command.includes('sh')) return new RemoteFailure('cancelled', { node, phase: 'cancelled' });
        return isStuck ? new RemoteFailure('no answer in 25 s', { node, phase: 'deadline' }) : {};
      },
    });
    const run = () =>
      runCommand(parts, h.formation, request(), () => undefined, new AbortController().signal);
    await assert.rejects(run(), RemoteFailure);
    await assert.rejects(run(), refused(/run\.1 of app/));
    await h.database.database('runs').update({ seen_at: new Date(0) });
    await collectRuns(parts);
    await assert.rejects(run(), refused(/run\.1 of app/));
    isStuck = false;
    await collectRuns(parts);
    await assert.rejects(run(), RemoteFailure);
    assert.equal((await h.stores.runs.byNum(h.formation.id, 2))?.finishedAt === null, false);
  });

  it('have none on a node that is lost', async () => {
    const parts = partsOf(1, 1);
    const { record } = await prepareRun(parts, h.formation, request(), false);
    await h.stores.nodes.update(record.nodeId, { status: 'lost' });
    assert.deepEqual(await h.stores.runs.placesOfFormation(h.formation.id), []);
    await h.stores.nodes.update(record.nodeId, { status: 'ready' });
    assert.equal((await h.stores.runs.placesOfFormation(h.formation.id)).length, 1);
  });

  it('count those that have ended beyond the ones that are kept for their logs', async () => {
    const parts = partsOf(2, 1);
    for (let n = 0; n < maxKeptRuns + 2; n += 1) {
      const { record } = await prepareRun(parts, h.formation, request(), true);
      await h.stores.runs.setExitCode(record.id, 0);
    }
    await assert.rejects(
      prepareRun(parts, h.formation, request(), true),
      refused(/run\.1 of app, run\.2 of app/),
    );
  });
});
