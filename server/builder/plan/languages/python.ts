import { UserError } from '../../../../base/errors.js';
import type { AppSource } from '../app-source.js';
import type { BuiltinBuildpack } from '../builtin-buildpack.js';

/** What says which packages an app needs: the first one that is there counts. */
const lists = ['uv.lock', 'poetry.lock', 'Pipfile.lock', 'requirements.txt'] as const;

/** Python apps with pip, uv, Poetry or Pipenv. Which Python there is, its container knows. */
export const python: BuiltinBuildpack = {
  name: 'python',
  title: 'Python',
  sign: 'requirements.txt, uv.lock, poetry.lock or Pipfile.lock',
  detect: ({ names }) => names.has('Pipfile') || lists.some((list) => names.has(list)),
  plan: (source) => {
    const [list, ...others] = lists.filter((name) => source.names.has(name));
    if (list === undefined)
      throw new UserError(
        'Pipfile has no Pipfile.lock beside it: run `pipenv lock`, commit Pipfile.lock and push again',
        { field: 'Pipfile.lock' },
      );
    if (['uv.lock', 'poetry.lock'].includes(list) && !source.names.has('pyproject.toml'))
      throw new UserError(`${list} has no pyproject.toml beside it: commit that, too`, {
        field: 'pyproject.toml',
      });
    return {
      processes: {},
      unstartable:
        `there is no Procfile: push one that says how to start the app, e.g. ${example(source)} with gunicorn ` +
        'among its requirements',
      runtimes: [],
      notes: [
        ...others.map((other) => `${other} is not read: ${list} counts`),
        ...(source.names.has('venv') || source.names.has('.venv')
          ? [
              'A virtual environment is in the repository: it is not used. Take it out (git rm -r --cached venv)',
            ]
          : []),
      ],
    };
  },
};

function example({ names }: AppSource): string {
  if (names.has('manage.py')) return '`web: gunicorn PROJECT.wsgi`';
  const main = ['app', 'main', 'server', 'wsgi'].find((module) => names.has(`${module}.py`)) ?? 'app';
  return `\`web: gunicorn ${main}:app\``;
}
