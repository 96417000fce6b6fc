import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import type { AppSource } from '../../../../../../server/builder/plan/app-source.js';
import { buildpackNames, planBuild } from '../../../../../../server/builder/plan/plan-build.js';

const procfile = 'web: bundle exec puma';
const app = (names: readonly string[], more: Partial<AppSource> = {}): AppSource => ({
  names: new Set(names),
  ...more,
});

describe('planBuild of Ruby apps', () => {
  const names = ['Gemfile', 'Gemfile.lock'];

  it('takes the Ruby that they ask for, and asks no Procfile', () => {
    const plan = planBuild(app(names, { gemfile: 'ruby "~> 3.1"' }));
    assert.deepEqual(
      [plan.heading, plan.processes, plan.runtimes],
      ['Ruby app detected', {}, [{ name: 'ruby', range: '~> 3.1' }]],
    );
    const plain = planBuild(app([...names, 'Procfile'], { procfile }));
    assert.deepEqual(
      [plain.processes, plain.runtimes, plain.notes],
      [{ web: 'bundle exec puma' }, [{ name: 'ruby', range: '*' }], []],
    );
  });

  it('wants the lock file', () =>
    assert.throws(
      () => planBuild(app(['Gemfile', 'Procfile'], { procfile })),
      (error) =>
        error instanceof UserError &&
        error.field === 'Gemfile.lock' &&
        /^Gemfile has no Gemfile\.lock beside it: run `bundle lock`/.test(error.message),
    ));

  it('leaves alone what was built without it before', () => {
    const chosen = (more: readonly string[], source: Partial<AppSource> = {}): string =>
      buildpackNames(planBuild(app([...names, ...more], source)));
    assert.equal(chosen(['Procfile'], { procfile, compilesItself: true }), 'procfile');
    assert.equal(chosen(['Procfile'], { procfile, compilesItself: true, buildpacks: 'ruby' }), 'ruby');
    assert.equal(chosen(['index.html']), 'static');
    assert.equal(chosen([], { compilesItself: true }), 'ruby');
    assert.equal(chosen(['Procfile'], { procfile, buildpacks: 'heroku/ruby' }), 'ruby');
  });

  it('says that gems beside a package.json are not installed, and of what is not read', () => {
    const source = { procfile, packageJson: '{}' };
    const both = app([...names, 'package.json', 'package-lock.json'], source);
    assert.ok(
      planBuild(both).notes.some((note) => /^Gemfile is not installed: package\.json .*`ruby`/.test(note)),
    );
    const { notes } = planBuild({ ...both, buildpacks: 'nodejs\nruby' });
    assert.ok(!notes.some((note) => note.includes('not installed')));
    assert.match(planBuild(app([...names, '.bundle'])).notes.join(), /^\.bundle\/config is not read/);
  });
});
