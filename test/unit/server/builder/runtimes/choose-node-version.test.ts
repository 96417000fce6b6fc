import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import {
  chooseNodeVersion,
  npmRangeFor,
  parseNodeRange,
} from '../../../../../server/builder/runtimes/choose-node-version.js';
import { computingMs } from '../../../../support/nodes/computing-time.js';

const available = [
  '0.10.48',
  '14.21.3',
  '18.20.8',
  '20.9.0',
  '20.19.5',
  '21.7.3',
  '22.9.0',
  '22.23.3',
  '22.10.0',
  '23.11.0',
  '24.4.0',
  '25.0.0',
  '26.0.0-rc.1',
];

describe('chooseNodeVersion', () => {
  for (const [range, version] of [
    ['*', '22.23.3'],
    ['', '22.23.3'],
    ['>=18', '22.23.3'],
    ['>=18 <21', '20.19.5'],
    ['20.x', '20.19.5'],
    ['20', '20.19.5'],
    ['^20.9.0', '20.19.5'],
    ['20.9.0', '20.9.0'],
    ['21.x', '21.7.3'],
    ['20 || 24', '24.4.0'],
    ['>=23', '24.4.0'],
    ['>=25', '25.0.0'],
    ['14', '14.21.3'],
    ['~22.9', '22.9.0'],
  ] as const) {
    it(`takes ${version} for "${range}"`, () => assert.equal(chooseNodeVersion(range, available), version));
  }

  it('never takes a pre-release that was not asked for', () =>
    assert.throws(() => chooseNodeVersion('>=26', available), UserError));
  it('says what there is when nothing matches', () =>
    assert.throws(
      () => chooseNodeVersion('99', available),
      /no version of Node\.js matches "99" of engines\.node or \.nvmrc .*newest known/,
    ));
  it('refuses versions that are too old', () =>
    assert.throws(() => chooseNodeVersion('0.10', available), /oldest supported 14/));
  it('refuses what is no range', () =>
    assert.throws(() => chooseNodeVersion('newest please', available), /not a valid version range/));

  const alternatives = (count: number): string =>
    Array.from({ length: count }, (_, index) => `${index + 10}`).join('||');
  it('takes ranges of 256 characters and 16 alternatives, and refuses larger ones in one sentence', () => {
    for (const range of ['>=18'.padEnd(256), alternatives(16)]) parseNodeRange(range);
    for (const range of ['>=18'.padEnd(257), alternatives(17), '22.x || '.repeat(100_000)])
      assert.throws(
        () => parseNodeRange(range),
        (error) =>
          error instanceof UserError &&
          error.field === 'engines.node' &&
          error.message ===
            'package.json: engines.node is too long: expected at most 256 characters and 16 alternatives, ' +
              'e.g. "22.x"',
      );
  });

  it('chooses among all published versions in a moment, whatever the range', () => {
    const published = Array.from({ length: 30 * 26 }, (_, index) => `${index % 30}.${index}.1`);
    const ranges = [
      `${Array.from({ length: 15 }, (_, index) => `^0.${index}`).join('||')}||22.x`,
      `${'>1 '.repeat(84)}<23`,
      '^22 '.repeat(64).trim(),
    ];
    for (const range of ranges) {
      chooseNodeVersion(range, published);
      assert.ok(computingMs(() => chooseNodeVersion(range, published)) < 50, range);
    }
  });
  it('brings an npm that runs on it', () =>
    assert.deepEqual(['14.21.3', '18.20.8', '22.1.0', '24.4.0'].map(npmRangeFor), [
      '8.x',
      '10.x',
      '10.x',
      '10.x',
    ]));
});
