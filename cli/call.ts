import { findActiveProfile, type ActiveProfile } from './controller/active-profile.js';
import { ApiClient } from './controller/api-client.js';
import type { Info, User } from './controller/api-types.js';
import type { DescribedCommand } from './described-command.js';
import { usageError } from './terminal/errors.js';
import { gitEndpointName } from './git/git-endpoint-name.js';
import { guessFormation } from './git/guess-formation.js';
import { integerOption } from './terminal/input/option-values.js';
import { Output } from './terminal/output.js';
import { ProfileStore } from './controller/profile.js';
import type { Terminal } from './terminal/terminal.js';
import { userAgent } from './terminal/version.js';

/** What helps when the controller refuses the token. */
const loginHints = {
  environment: 'the token is that of DEIS_TOKEN: make another with `deis tokens:create`',
  profile: 'log in again: deis login <controller>',
} as const;

/** One run of one command: its arguments and options, and what commands work with. */
export class Call {
  readonly output: Output;
  readonly profiles: ProfileStore;

  constructor(
    /** `layers:scale` */
    readonly name: string,
    readonly args: readonly string[],
    private readonly options: Readonly<Record<string, unknown>>,
    readonly terminal: Terminal,
    /** Of a list: how many items it shows unless --limit says. */
    private readonly defaultLimit = Number.POSITIVE_INFINITY,
    /** What `deis` can do, all of it. */
    readonly catalogue: () => Promise<readonly DescribedCommand[]> = () => Promise.resolve([]),
  ) {
    this.output = new Output(terminal);
    this.profiles = new ProfileStore(terminal);
  }

  /** A required argument; commander has checked that it is there. */
  arg(index: number): string {
    return this.args[index] ?? '';
  }

  /** Value of `--run-list <list>` under `runList`. */
  option(name: string): string | undefined {
    const value = this.options[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Values of an option that may be repeated. */
  optionList(name: string): readonly string[] {
    const value = this.options[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** @throws CliError (usage) when the option is not given */
  required(name: string, flags: string): string {
    const value = this.option(name);
    if (value === undefined) throw usageError(`${this.name} needs ${flags}`, `see: deis help ${this.name}`);
    return value;
  }

  flag(name: string): boolean {
    return this.options[name] === true;
  }

  /** `--no-remote` was given. */
  disabled(name: string): boolean {
    return this.options[name] === false;
  }

  get wantsJson(): boolean {
    return this.flag('json');
  }

  /** The items of a list, as many as --limit says. */
  async list<T>(path: string): Promise<T[]> {
    const given = this.option('limit');
    return (await this.api()).list<T>(
      path,
      given === undefined ? this.defaultLimit : integerOption('--limit', given, { min: 1, max: 100_000 }),
    );
  }

  /** The value as JSON with --json, else as `render` writes it for people. */
  print<T>(value: T, render: (value: T) => string): void {
    if (this.wantsJson) this.output.json(value);
    else this.output.data(render(value));
  }

  /** A list as a table; an empty one says so, and prints nothing as data. */
  printList<T>(items: readonly T[], render: (items: readonly T[]) => string, empty: string): void {
    if (items.length === 0 && !this.wantsJson) this.output.talk(empty);
    else this.print(items, render);
  }

  /** Of the environment, else of the file. @throws CliError (auth) when nobody is logged in */
  profile(): Promise<ActiveProfile> {
    return findActiveProfile(this.terminal.env, this.profiles);
  }

  /** The API as the user who is logged in. */
  async api(): Promise<ApiClient> {
    const { controller, token, source } = await this.profile();
    return new ApiClient(controller, token, userAgent(), loginHints[source]);
  }

  /** Name of the user whose token is used. */
  async username(): Promise<string> {
    const { username } = await this.profile();
    return username ?? (await (await this.api()).get<User>('/api/auth/whoami')).username;
  }

  /** `host:port` of the controller's git endpoint; asked of the controller where only the environment names it. */
  async gitEndpoint(): Promise<string | undefined> {
    const { controller, git, source } = await this.profile();
    if (git !== undefined || source === 'profile') return git;
    return gitEndpointName(await this.apiOf(controller).get<Info>('/api/info'));
  }

  /** The API of a controller that we have no account on yet. */
  apiOf(controller: string): ApiClient {
    return new ApiClient(controller, undefined, userAgent());
  }

  /**
   * Name of the formation: --formation or --app, else that of the git remote `deis`. @throws CliError (usage)
   * when there is neither
   */
  async formation(): Promise<string> {
    const [named, alias] = [this.option('formation'), this.option('app')];
    if (named !== undefined && alias !== undefined && named !== alias)
      throw usageError(`--formation=${named} and --app=${alias} are two names for one thing`);
    return (
      named ?? alias ?? guessFormation(this.terminal.cwd, await this.gitEndpoint(), this.#misplacedOption())
    );
  }

  /**
   * `deis run env -f peachy`: behind the first word of a command that is passed on, options are that
   * command's.
   */
  #misplacedOption(): readonly string[] {
    const found = this.args.find((word) => /^(-[fa]|--(formation|app)(=.*)?)$/.test(word));
    return found === undefined
      ? []
      : [`${found} stands behind the command to run, so it is that command's: give it before`];
  }

  /** Path of the formation's API, with what follows: `formationPath('nodes')`. */
  async formationPath(...rest: readonly string[]): Promise<string> {
    return ['/api/formations', ...[await this.formation(), ...rest].map(encodeURIComponent)].join('/');
  }
}
