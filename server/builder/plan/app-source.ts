/** What detection looks at: names at the root of the pushed commit and the text of a few of them. */
export interface AppSource {
  /** Entries at the root, folders without a slash. */
  readonly names: ReadonlySet<string>;
  /** Where the root has no app: files one folder down that would make one there, `shop/package.json`. */
  readonly below?: readonly string[];
  readonly procfile?: string;
  readonly buildpacks?: string;
  readonly appJson?: string;
  readonly packageJson?: string;
  readonly staticJson?: string;
  readonly nvmrc?: string;
  /** There is a bin/compile of the app's own. */
  readonly compilesItself?: boolean;
  /** Paths of submodules, whose files are not in the commit; a few of them. */
  readonly submodules?: readonly string[];
  /** Paths of files that are kept in Git LFS, and are pointers here; a few of them. */
  readonly lfsFiles?: readonly string[];
  readonly goMod?: string;
  readonly systemProperties?: string;
  readonly gemfile?: string;
  readonly rubyVersion?: string;
}

/** What makes a folder an app. */
export const recognised: readonly string[] = [
  'Procfile',
  'package.json',
  'requirements.txt',
  'uv.lock',
  'poetry.lock',
  'Pipfile',
  'go.mod',
  'Gemfile',
  'composer.json',
  'index.php',
  'index.html',
  'static.json',
];

/** Files whose text detection wants to see. */
export const inspectedFiles = {
  procfile: 'Procfile',
  buildpacks: '.buildpacks',
  appJson: 'app.json',
  packageJson: 'package.json',
  staticJson: 'static.json',
  nvmrc: '.nvmrc',
  goMod: 'go.mod',
  systemProperties: 'system.properties',
  gemfile: 'Gemfile',
  rubyVersion: '.ruby-version',
} as const;

/** Process type -> command. */
export type Processes = Readonly<Record<string, string>>;
