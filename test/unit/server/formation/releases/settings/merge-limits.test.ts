import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import {
  mergeLimits,
  summariseLimits,
} from '../../../../../../server/formation/releases/settings/merge-limits.js';

const MB = 2 ** 20;

describe('mergeLimits', () => {
  it('sets, replaces and takes away, each kind apart, sorted', () => {
    const present = { web: { memory: 64 * MB, cpus: 1 }, worker: { memory: 64 * MB } };
    assert.deepEqual(mergeLimits({}, { memory: { worker: '512M', clock: '1.5g' }, cpus: { clock: 0.5 } }), {
      clock: { memory: 1536 * MB, cpus: 0.5 },
      worker: { memory: 512 * MB },
    });
    assert.deepEqual(Object.keys(mergeLimits({ b: { cpus: 1 } }, { cpus: { a: 1 } })), ['a', 'b']);
    assert.deepEqual(mergeLimits(present, { cpus: { web: 2 } }), {
      web: { memory: 64 * MB, cpus: 2 },
      worker: { memory: 64 * MB },
    });
    assert.deepEqual(mergeLimits(present, { memory: { web: null, worker: null } }), { web: { cpus: 1 } });
    assert.deepEqual(mergeLimits(present, { memory: { other: null } }), present);
  });

  it('takes bytes and units of 1024', () => {
    const bytesOf = (memory: string | number) => mergeLimits({}, { memory: { web: memory } })['web']?.memory;
    assert.deepEqual(
      [bytesOf('6291456'), bytesOf(6 * MB), bytesOf('6291456b'), bytesOf('8192k'), bytesOf('1024G')],
      [6 * MB, 6 * MB, 6 * MB, 8 * MB, 2 ** 40],
    );
  });

  for (const memory of ['', '5M', '0', '-1', 'lots', '512 MB', '1025G', '1e9', '0x10', 5, Number.NaN, -1]) {
    it(`refuses ${JSON.stringify(memory)} as memory, naming field and value`, () => {
      assert.throws(
        () => mergeLimits({}, { memory: { web: memory } }),
        (error) =>
          error instanceof UserError &&
          error.field === 'memory.web' &&
          error.message.includes(JSON.stringify(memory)) &&
          error.message.includes('512M'),
      );
    });
  }

  for (const cpus of [0, -1, 0.001, 513, Number.NaN, Infinity]) {
    it(`refuses ${cpus} as cpus`, () =>
      assert.throws(
        () => mergeLimits({}, { cpus: { web: cpus } }),
        (error) =>
          error instanceof UserError && error.field === 'cpus.web' && error.message.includes(String(cpus)),
      ));
  }

  it('refuses to change nothing, and says what a change does', () => {
    assert.throws(() => mergeLimits({}, { memory: {} }), UserError);
    assert.equal(
      summariseLimits({ memory: { web: '512M' }, cpus: { worker: null } }),
      'Limit memory of web to 512M; no limit on cpus of worker',
    );
  });
});
