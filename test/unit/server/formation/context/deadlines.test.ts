import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clocksOfAws } from '../../../../../provisioner/providers/ec2/account/ec2-api.js';
import { deadlines, waits } from '../../../../../server/formation/context/deadlines.js';
import { stopSeconds } from '../../../../../server/formation/runs/remove-run.js';
import { projectRoot, sourceFiles } from '../../../../support/source/source-imports.js';

const aMinute = 60_000;
const oneCommand = 2 * waits.answer + stopSeconds * 1000;

/** Each step with the longest that it waits within, one after the other. */
const pairs: Readonly<Record<Exclude<keyof typeof deadlines, 'live'>, number>> = {
  quiet: 3 * waits.answer,
  probe: 2 * waits.answer + waits.rejoin + 3 * waits.switch,
  prefetch: waits.prefetch,
  phase: 6 * oneCommand,
  stopPhase: 2 * oneCommand,
  postdeploy: waits.prefetch + 6 * oneCommand,
  services: waits.services,
  start: waits.start,
  switch: 2 * waits.answer + waits.switch,
  undo: waits.answer + 2 * waits.switch + waits.remove,
  launch: clocksOfAws.settleMs + clocksOfAws.answerMs + clocksOfAws.runningMs + waits.answer,
  boot: waits.boot + waits.firstLogin + 6 * waits.answer,
  converge: waits.converge + waits.answer + waits.switch,
  compare: waits.compare,
  terminate: waits.answer + waits.clear + clocksOfAws.settleMs + waits.converge,
  remove: 2 * waits.remove + 2 * waits.answer + waits.switch,
  leave: waits.answer + waits.drain + 2 * waits.remove,
  clean: waits.clear,
  drain: waits.drain + waits.answer,
  guests: waits.guests,
  empty: waits.drain + waits.remove,
  upgrade: waits.upgrade,
  reboot: 2 * waits.answer + waits.reboot,
};

describe('deadlines', () => {
  for (const [step, within] of Object.entries(pairs))
    it(`give the step ${step} a minute more than what it waits for`, () => {
      const own = deadlines[step as keyof typeof pairs];
      assert.ok(own >= within + aMinute, `${own} ms for waits of ${within} ms`);
    });

  it("are longer than AWS may take to let go of a layer's group", () => {
    assert.ok(waits.release > clocksOfAws.releaseMs);
    assert.ok(deadlines.terminate >= waits.answer + waits.clear + waits.release + aMinute);
  });

  it('are for steps: what is waited for within has a limit of its own', () => {
    const sources = sourceFiles('server').map(({ path }) => path);
    assert.ok(sources.length > 100);
    const asWait = /(?:deadlineMs:[^,}]*|timeout\(|Ms: number = )\bdeadlines\.\w/;
    const asStep = /\b(?:step|cleanupStep)\([^()]*\bwaits\.\w/;
    for (const path of sources) {
      const text = readFileSync(join(projectRoot, path), 'utf8');
      assert.doesNotMatch(text, asWait, path);
      assert.doesNotMatch(text, asStep, path);
    }
  });
});
