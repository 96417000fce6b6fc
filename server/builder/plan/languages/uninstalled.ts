import { UserError } from '../../../../base/errors.js';
import type { AppSource } from '../app-source.js';
import type { BuildpackSource } from '../../../formation/buildpacks/parse-buildpacks.js';

/** Files that name packages which no built-in buildpack installs, and their language. */
const unknownLanguages: Readonly<Record<string, string>> = {
  'Cargo.toml': 'Rust',
  'mix.exs': 'Elixir',
};

/**
 * An app that is to be taken as it is, and whose packages would be missing when it starts, is refused now.
 * One that builds itself, or says that it is ready, is not. @throws UserError
 */
export function refuseUninstalled(source: AppSource, buildpacks: readonly BuildpackSource[]): void {
  const [only] = buildpacks;
  if (only?.kind !== 'builtin' || only.name !== 'procfile' || source.compilesItself === true) return;
  const file = Object.keys(unknownLanguages).find((name) => source.names.has(name));
  if (file === undefined) return;
  throw new UserError(
    `nothing here installs what ${file} lists: there is no buildpack for ${unknownLanguages[file]}. Name one in ` +
      '.buildpacks, or build the app in a script bin/compile; if the files are ready to run, write the line ' +
      '`procfile` into .buildpacks',
    { field: file },
  );
}

/** Files of another language than the one that was detected: often the reason why an app does not start. */
export function passedOver({ names }: AppSource): string[] {
  const isNode = names.has('package.json');
  const others = isNode ? otherLanguages.filter(([file]) => names.has(file)).map(notInstalled) : [];
  const python = ['requirements.txt', 'uv.lock', 'poetry.lock', 'Pipfile.lock'].find((name) =>
    names.has(name),
  );
  if (!isNode && python === undefined && names.has('pyproject.toml'))
    return [
      'pyproject.toml has no lock file beside it: its packages are not installed. For them, commit uv.lock, ' +
        'poetry.lock or requirements.txt',
    ];
  if (!isNode || python === undefined) return others;
  return [...others, notInstalled([python, 'python'])];
}

/** Files that name packages, and the buildpack that installs them. */
const otherLanguages = [
  ['Gemfile', 'ruby'],
  ['composer.json', 'php'],
] as const;

function notInstalled([file, buildpack]: readonly [file: string, buildpack: string]): string {
  return (
    `${file} is not installed: package.json makes this a Node.js app. For both, write the lines \`nodejs\` and ` +
    `\`${buildpack}\` into .buildpacks`
  );
}

/** Tools of this kind differ in whether such a file sets variables. */
export function unreadVariables({ names }: AppSource): string[] {
  if (!names.has('.env')) return [];
  return [
    '.env sets no variables here, unless the app reads it itself: `deis config:push .env` does. A file of the ' +
      'repository is no place for secrets',
  ];
}

/** What a commit only points to, and a build does not get. */
export function notFetched({ submodules = [], lfsFiles = [] }: AppSource): string[] {
  return [
    ...(submodules.length === 0
      ? []
      : [
          `Submodules are not fetched here, so that ${submodules.join(', ')} is empty: commit the files themselves ` +
            '(e.g. by git subtree), or install them as packages',
        ]),
    ...(lfsFiles.length === 0
      ? []
      : [
          `Git LFS is not fetched here, so that ${lfsFiles.join(', ')} is a pointer of some lines: take the files ` +
            'out of it (git lfs migrate export), or fetch them when the app starts',
        ]),
  ];
}
