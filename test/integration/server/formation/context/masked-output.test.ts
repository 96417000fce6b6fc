import assert from 'node:assert/strict';
import { changeConfig } from '../../../../../server/formation/releases/change-config.js';
import { whyRunFormation } from '../../../../../server/formation/why-run.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

const values = { SECRET: 'config-sentinel', KEY: 'first line-sentinel\nsecond line-sentinel' };
const attributes = { database: { password: 'attribute-sentinel' } };
const secrets = /sentinel/;

describe('what programs write that know secret values', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push(['web']);
    assert.equal((await h.scale({ web: 1 })).state, 'succeeded');
    const layer = (await h.stores.layers.byName(h.formation.id, 'runtime'))!;
    await h.stores.layers.update(layer.id, { attributes });
    await h.end((await changeConfig(h.parts, h.user, h.formation, values)).id);
  });
  afterEach(() => h.close());

  /** All that an operation stores and streams. */
  const kept = async (): Promise<string> => {
    const tables = await Promise.all(
      ['operations', 'operation_events', 'releases', 'nodes'].map((table) =>
        h.database.database(table).select(),
      ),
    );
    return JSON.stringify([tables, h.lines]);
  };

  it('is masked wherever the failure of a deploy is told, and told otherwise', async () => {
    h.nodes.leftOnFailure = {
      ...h.nodes.leftOnFailure,
      reason: 'exited with status 7',
      lines: ['first line-sentinel', 'SECRET=config-sentinel, password attribute-sentinel', 'no cake today'],
      inspect: { id: 'config-sentinel', state: { ExitCode: 7, Error: ['config-sentinel'] } },
    };
    h.nodes.fault = () => (h.steps.at(-1) === 'start' ? 'failed' : undefined);
    const operation = await h.push(['web', 'worker']);
    assert.equal(operation.state, 'failed');
    const [evidence] = await h.stores.releases.evidenceOf((await h.release(3)).id);
    assert.deepEqual(evidence?.['lines'], [
      '[masked]',
      'SECRET=[masked], password [masked]',
      'no cake today',
    ]);
    assert.deepEqual(evidence['inspect'], { id: '[masked]', state: { ExitCode: 7, Error: ['[masked]'] } });
    assert.deepEqual([evidence['exit_code'], evidence['out_of_memory'], evidence['restarts']], [7, false, 0]);
    assert.match((await h.release(3)).reason ?? '', /SECRET=\[masked\]/);
    assert.ok(h.lines.some((line) => line.includes('SECRET=[masked], password [masked]')));
    assert.match(JSON.stringify(operation.error), /no cake today/);
    assert.doesNotMatch(await kept(), secrets);
  });

  it('is masked in a plan, attributes too', async () => {
    h.nodes.foreseen = '-listen = 1\n+password = attribute-sentinel\n';
    h.nodes.machine('app-runtime-1').generation -= 1;
    const operation = await h.end((await whyRunFormation(h.parts, h.user, h.formation)).id);
    assert.match(JSON.stringify(operation.result), /-listen = 1\\n\+password = \[masked\]/);
    assert.doesNotMatch(await kept(), secrets);
  });
});
