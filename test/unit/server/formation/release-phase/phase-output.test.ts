import assert from 'node:assert/strict';
import { ValueMask } from '../../../../../base/value-mask.js';
import { PhaseOutput } from '../../../../../server/formation/release-phase/phase-output.js';

describe('the output of a release phase', () => {
  const make = () => {
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    return { said, output: new PhaseOutput(new ValueMask(['sentinel value']), say, 'the release phase') };
  };

  it('is cleaned, masked, said and kept', () => {
    const { said, output } = make();
    output.add('\u001B[31mred\u001B[0m sentinel value');
    assert.deepEqual([said, output.kept], [['red [masked]'], ['red [masked]']]);
  });

  it('is said once, however often it is read from its beginning', () => {
    const { said, output } = make();
    for (const lines of [['a', 'b'], ['a'], ['a', 'b', 'c']]) {
      output.restart();
      for (const line of lines) output.add(line);
    }
    assert.deepEqual(
      [said, output.kept],
      [
        ['a', 'b', 'c'],
        ['a', 'b', 'c'],
      ],
    );
  });

  it('is shown up to 20,000 lines, and of it the last 2,000 are kept', () => {
    const { said, output } = make();
    for (let n = 1; n <= 25_000; n += 1) output.add(`line ${n}`);
    assert.equal(said.length, 20_001);
    assert.match(said.at(-1)!, /20000 lines: the rest is not shown/);
    assert.deepEqual(
      [output.kept.length, output.kept[0], output.kept.at(-1)],
      [2_000, 'line 23001', 'line 25000'],
    );
  });

  it('keeps no more than 256 KiB, and shows no more than 8 MB', () => {
    const { said, output } = make();
    for (let n = 0; n < 5_000; n += 1) output.add('x'.repeat(2_000));
    assert.ok(output.kept.length > 100 && output.kept.join('\n').length <= 256 * 1024);
    assert.ok(said.join('').length <= 8 * 1024 ** 2 + 4_000);
  });
});
