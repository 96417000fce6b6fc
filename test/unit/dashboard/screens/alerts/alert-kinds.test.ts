import assert from 'node:assert/strict';
import { alertKinds, kindNames } from '../../../../../dashboard/screens/alerts/alert-kinds.js';
import { alertKindNames, alertKindOf } from '../../../../../server/alerts/alert-kinds.js';

describe('kinds of alerts in the dashboard', () => {
  it('are those of the controller, with what each takes', () => {
    const own = alertKindNames.map((name) => {
      const { look, ...rest } = alertKindOf(name)!;
      assert.equal(typeof look, 'function');
      return [name, rest];
    });
    assert.deepEqual(alertKinds, Object.fromEntries(own));
    assert.deepEqual(Object.keys(alertKinds), alertKindNames);
  });

  it('of the controller are for its admins', () => {
    assert.deepEqual(kindNames(true), alertKindNames);
    assert.deepEqual(
      alertKindNames.filter((name) => !kindNames(false).includes(name)),
      ['api-certificate', 'backup', 'wal'],
    );
  });
});
