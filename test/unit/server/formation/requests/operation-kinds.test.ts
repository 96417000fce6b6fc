import assert from 'node:assert/strict';
import { createHandlers } from '../../../../../server/formation/handlers.js';
import type { FormationParts } from '../../../../../server/formation/context/formation-parts.js';
import { configureProxiesKind } from '../../../../../server/formation/requests/kinds/configure-proxies.js';
import { clearBuildCacheKind } from '../../../../../server/formation/requests/kinds/clear-build-cache.js';
import { importBuildKind } from '../../../../../server/formation/requests/kinds/import-build.js';
import { moveKind } from '../../../../../server/formation/requests/kinds/move.js';
import type { OperationKind } from '../../../../../server/operation/operation-kind.js';
import { deployKind } from '../../../../../server/formation/requests/kinds/deploy.js';
import { pushedCommit, pushKind } from '../../../../../server/formation/requests/kinds/push.js';
import { rescheduleKind } from '../../../../../server/formation/requests/kinds/containers/reschedule.js';
import { restartKind } from '../../../../../server/formation/requests/kinds/containers/restart.js';
import { retireKind } from '../../../../../server/formation/requests/kinds/containers/retire.js';
import { scaleLayersKind } from '../../../../../server/formation/requests/kinds/scale-layers.js';
import { kindOf, operationKinds } from '../../../../../server/formation/requests/operation-kinds.js';

const builders: readonly OperationKind[] = [pushKind, importBuildKind, clearBuildCacheKind];
const names = operationKinds.map(({ name }) => name);

describe('the table of operation kinds', () => {
  it('has every kind once, and finds it by its name', () => {
    assert.equal(new Set(names).size, names.length);
    for (const kind of operationKinds) assert.equal(kindOf({ kind: kind.name }), kind);
    assert.equal(kindOf({ kind: 'of a later version' }), undefined);
  });

  it('has somebody who carries out each: what builds is the builder’s', () => {
    const carriedOut = Object.keys(createHandlers({} as FormationParts));
    assert.deepEqual([...carriedOut, ...builders.map(({ name }) => name)].sort(), [...names].sort());
  });

  it('reads what an earlier version has queued without params', () => {
    // A later version added moves.
    const news: readonly OperationKind[] = [pushKind, importBuildKind, moveKind];
    for (const kind of operationKinds.filter((each) => !news.includes(each)))
      assert.doesNotThrow(() => kind.read({ params: {} }), kind.name);
    const old = { params: {} };
    assert.equal(configureProxiesKind.read(old).action, 'configure');
    assert.deepEqual(rescheduleKind.read(old).nodes, []);
    assert.deepEqual(retireKind.read(old).containers, []);
    assert.equal(restartKind.read(old).through, 0);
    assert.deepEqual(scaleLayersKind.read(old), { was: 'ready', undo: {} });
    assert.deepEqual(deployKind.read({ params: { release: 3, undo: null, later: 1 } }), {
      release: 3,
      undo: {},
    });
  });

  it('refuses params that no version has written', () => {
    assert.throws(() => deployKind.read({ params: { release: '3' } }));
    assert.throws(() => pushKind.read({ params: { commit: 'abc', ref: 'refs/heads/master' } }));
    assert.equal(pushedCommit({ params: { commit: 'abc' } }), 'abc');
    assert.equal(pushedCommit({ params: {} }), null);
  });
});
