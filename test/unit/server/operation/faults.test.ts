import assert from 'node:assert/strict';
import { UserError } from '../../../../base/errors.js';
import { Faults, parseFaults } from '../../../../server/operation/faults.js';

describe('faults', () => {
  it('reads several, at the start or the end of a step', () => {
    assert.deepEqual(parseFaults('kill@push/switch, kill@scale-layers/boot:end'), [
      { kind: 'push', step: 'switch', moment: 'start' },
      { kind: 'scale-layers', step: 'boot', moment: 'end' },
    ]);
    assert.deepEqual(parseFaults(''), []);
  });

  for (const wrong of [
    'kill',
    'kill@push',
    'kill@push/',
    'stop@push/switch',
    'kill@push/switch:middle',
    'kill@push/switch kill@a/b',
  ]) {
    it(`refuses '${wrong}', showing the form`, () => {
      assert.throws(
        () => parseFaults(wrong),
        (error: unknown) =>
          error instanceof UserError &&
          error.field === 'DEIS_FAULTS' &&
          /kill@KIND\/STEP/.test(error.message),
      );
    });
  }

  it('kills at the named point alone', () => {
    let kills = 0;
    const faults = new Faults(parseFaults('kill@push/switch:end'), () => (kills += 1));
    faults.at('push', 'switch', 'start');
    faults.at('deploy', 'switch', 'end');
    faults.at('push', 'start', 'end');
    assert.equal(kills, 0);
    faults.at('push', 'switch', 'end');
    assert.equal(kills, 1);
  });
});
