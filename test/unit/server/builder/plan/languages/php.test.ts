import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import type { AppSource } from '../../../../../../server/builder/plan/app-source.js';
import {
  buildpackNames,
  planBuild,
  type BuildPlan,
} from '../../../../../../server/builder/plan/plan-build.js';

const procfile = 'web: heroku-php-nginx public/';
const app = (names: readonly string[], more: Partial<AppSource> = {}): AppSource => ({
  names: new Set(names),
  ...more,
});

describe('planBuild of PHP apps', () => {
  it('knows them by composer.json or index.php, and asks no Procfile', () => {
    for (const names of [['composer.json'], ['index.php']]) {
      const plan = planBuild(app(names));
      assert.deepEqual(
        [plan.heading, plan.processes, plan.runtimes, plan.notes],
        ['PHP app detected', {}, [{ name: 'php', range: '*' }], []],
      );
    }
    const { processes } = planBuild(app(['composer.json', 'Procfile'], { procfile }));
    assert.deepEqual(processes, { web: 'heroku-php-nginx public/' });
  });

  it('leaves alone what was built without it before', () => {
    const chosen = (more: readonly string[], source: Partial<AppSource> = {}): string =>
      buildpackNames(planBuild(app(['composer.json', ...more], source)));
    assert.equal(chosen(['Procfile'], { procfile, compilesItself: true }), 'procfile');
    assert.equal(chosen(['Procfile'], { procfile, buildpacks: 'procfile' }), 'procfile');
    assert.equal(chosen(['Procfile'], { procfile, compilesItself: true, buildpacks: 'heroku/php' }), 'php');
    assert.equal(chosen(['index.html']), 'static');
    assert.equal(chosen(['Procfile'], { procfile }), 'php');
    assert.equal(chosen([], { compilesItself: true }), 'php');
  });

  it('says that packages beside a package.json are not installed', () => {
    const both = app(['composer.json', 'package.json', 'package-lock.json'], { procfile, packageJson: '{}' });
    assert.match(
      planBuild(both).notes.join(),
      /composer\.json is not installed: package\.json .* `nodejs` and `php` into \.buildpacks/,
    );
    const { notes, runtimes } = planBuild({ ...both, buildpacks: 'nodejs\nphp' });
    assert.ok(!notes.some((note) => note.includes('not installed')));
    assert.deepEqual(
      runtimes.map(({ name }) => name),
      ['node', 'php'],
    );
  });

  it('says that there is no Apache, and refuses its settings', () => {
    const plan = (command: string): BuildPlan =>
      planBuild(app(['index.php', 'Procfile'], { procfile: `web: ${command}` }));
    assert.match(plan('vendor/bin/heroku-php-apache2 public/').notes.join(), /\.htaccess files are not read/);
    assert.throws(
      () => plan('heroku-php-apache2 -C apache.conf public/'),
      (error) =>
        error instanceof UserError &&
        error.field === 'Procfile' &&
        /^the Procfile says `heroku-php-apache2 -C apache\.conf public\/`, and nginx runs here/.test(
          error.message,
        ),
    );
    assert.deepEqual(plan('heroku-php-nginx -C nginx.conf public/').notes, []);
  });
});
