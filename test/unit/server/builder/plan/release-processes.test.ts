import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import type { BuildPlan } from '../../../../../server/builder/plan/plan-build.js';
import { releaseProcesses } from '../../../../../server/builder/plan/release-processes.js';

const plan = (more: Partial<BuildPlan> = {}): BuildPlan => ({
  buildpacks: [{ kind: 'tree', path: 'mine' }],
  heading: '',
  processes: {},
  hasProcfile: false,
  runtimes: [],
  toolchains: [],
  notes: [],
  ...more,
});
const types = (...pairs: readonly [string, string][]): string =>
  `---\ndefault_process_types:\n${pairs.map(([type, command]) => `  ${type}: ${command}\n`).join('')}`;

describe('releaseProcesses', () => {
  it('takes the Procfile as it is, whatever buildpacks say', () =>
    assert.deepEqual(
      releaseProcesses(plan({ hasProcfile: true, processes: { web: 'a' } }), types(['web', 'b'])),
      { web: 'a' },
    ));

  it('takes what buildpacks say over what was known before, the last one first', () =>
    assert.deepEqual(
      releaseProcesses(
        plan({ processes: { web: 'a', clock: 'tick' } }),
        `${types(['web', 'b'], ['work', '"c: d"'])}${types(['web', 'e'])}--- {}\n---\naddons: [x]\n`,
      ),
      { web: 'e', clock: 'tick', work: 'c: d' },
    ));

  it('refuses an app that nothing says how to start, with the reason that the plan knew', () => {
    assert.throws(() => releaseProcesses(plan(), ''), /nothing says how to start/);
    assert.throws(
      () => releaseProcesses(plan({ unstartable: 'no start script' }), '--- {}'),
      /no start script/,
    );
  });

  it('refuses what is not valid', () => {
    const many = Array.from({ length: 101 }, (_, n) => [`w${n}`, 'x'] as [string, string]);
    for (const [text, message] of [
      ['a: [', /is not valid YAML/],
      [types(['../x', 'y']), /"\.\.\/x" is not a valid process type/],
      ['default_process_types: {web: [a]}', /has no command for web/],
      ['default_process_types: {web: ""}', /has no command for web/],
      [`default_process_types: {web: ${'x'.repeat(5000)}}`, /at most 4096 characters/],
      [types(...many), /has 101 process types/],
    ] as const)
      assert.throws(
        () => releaseProcesses(plan(), text),
        (error) => error instanceof UserError && message.test(error.message),
        text.slice(0, 80),
      );
  });

  it('does not unfold aliases without end', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let n = 0; n < 8; n += 1) {
      const [one, other] = [String.fromCharCode(97 + n), String.fromCharCode(98 + n)];
      bomb.push(`${other}: &${other} [${Array.from({ length: 9 }, () => `*${one}`).join(',')}]`);
    }
    assert.throws(() => releaseProcesses(plan(), bomb.join('\n')), UserError);
  });
});
