import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import type { AppSource } from '../../../../../../server/builder/plan/app-source.js';
import { buildpackNames, planBuild } from '../../../../../../server/builder/plan/plan-build.js';

const app = (names: string[], texts: Partial<AppSource> = {}): AppSource => ({
  names: new Set(names),
  ...texts,
});
const procfile = 'web: gunicorn app:app';
const refused = (source: AppSource, message: RegExp): void => {
  assert.throws(
    () => planBuild(source),
    (error) => error instanceof UserError && message.test(error.message),
  );
};

describe('planBuild of Python apps', () => {
  for (const names of [
    ['requirements.txt'],
    ['uv.lock', 'pyproject.toml'],
    ['poetry.lock', 'pyproject.toml'],
    ['Pipfile', 'Pipfile.lock'],
    ['requirements.txt', 'index.html'],
  ])
    it(`knows one by ${names.join(' and ')}`, () => {
      const plan = planBuild(app([...names, 'Procfile'], { procfile }));
      assert.equal(buildpackNames(plan), 'python');
      assert.equal(plan.heading, 'Python app detected');
      assert.deepEqual(plan.processes, { web: 'gunicorn app:app' });
      assert.deepEqual([plan.runtimes, plan.notes], [[], []]);
    });

  it('says which of several lists counts, and that a virtual environment does not', () => {
    const names = ['requirements.txt', 'poetry.lock', 'uv.lock', 'pyproject.toml', 'venv'];
    assert.deepEqual(planBuild(app(names, { procfile })).notes, [
      'poetry.lock is not read: uv.lock counts',
      'requirements.txt is not read: uv.lock counts',
      'A virtual environment is in the repository: it is not used. Take it out (git rm -r --cached venv)',
    ]);
  });

  it('refuses an app without a Procfile, with a line that fits it', () => {
    refused(app(['requirements.txt', 'main.py']), /there is no Procfile: .* `web: gunicorn main:app`/);
    refused(app(['requirements.txt', 'manage.py']), /`web: gunicorn PROJECT\.wsgi`/);
    refused(app(['requirements.txt']), /`web: gunicorn app:app`/);
  });

  it('refuses a list that is not whole', () => {
    refused(app(['Pipfile'], { procfile }), /Pipfile has no Pipfile\.lock beside it: run `pipenv lock`/);
    refused(app(['uv.lock'], { procfile }), /uv\.lock has no pyproject\.toml beside it/);
  });

  it('leaves an app with package.json to Node.js, and says so', () => {
    const names = ['package.json', 'package-lock.json', 'requirements.txt'];
    const packageJson = '{}';
    const plan = planBuild(app(names, { procfile, packageJson }));
    assert.equal(buildpackNames(plan), 'nodejs');
    assert.ok(plan.notes.some((note) => note.startsWith('requirements.txt is not installed: package.json')));
    const both = planBuild(app(names, { procfile, packageJson, buildpacks: 'nodejs\npython' }));
    assert.equal(buildpackNames(both), 'nodejs, python');
    assert.ok(!both.notes.some((note) => note.includes('is not installed')));
  });
});

describe('planBuild of apps whose packages nobody would install', () => {
  for (const [file, language] of [
    ['Cargo.toml', 'Rust'],
    ['mix.exs', 'Elixir'],
  ] as const)
    it(`refuses a Procfile app with ${file}, unless it builds itself or says that it is ready`, () => {
      refused(
        app(['Procfile', file], { procfile }),
        new RegExp(
          `^nothing here installs what ${file} lists: there is no buildpack for ${language}\\. Name one`,
        ),
      );
      for (const more of [{ compilesItself: true }, { buildpacks: 'procfile' }, { buildpacks: './mine' }])
        assert.deepEqual(planBuild(app(['Procfile', file], { procfile, ...more })).processes, {
          web: 'gunicorn app:app',
        });
    });

  it('says that a pyproject.toml without a lock file is not installed', () => {
    const { notes } = planBuild(app(['Procfile', 'pyproject.toml'], { procfile }));
    assert.match(notes.join(), /^pyproject\.toml has no lock file beside it/);
  });
});
