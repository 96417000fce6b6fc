import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Place } from '../place.js';

const commandMs = 300_000;
const askMs = 30_000;
/** Of what the quickstart asks for there is less. */
const maxListed = 1000;

/**
 * The quickstart's user: the real `deis` and git, with a profile, a key and a known_hosts file below the data
 * directory.
 */
export class Person {
  readonly username = 'quickstart';
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
    mkdirSync(this.#path('ssh'), { recursive: true, mode: 0o700 });
  }

  get profile(): string {
    return this.#path('client.json');
  }

  get publicKeyPath(): string {
    return `${this.#path('ssh', 'id_ed25519')}.pub`;
  }

  get appDir(): string {
    return this.#path('app');
  }

  get passwordPath(): string {
    return this.#path('password');
  }

  /** The generated password, kept 0600. */
  get password(): string {
    const path = this.passwordPath;
    if (!existsSync(path)) writeFileSync(path, randomBytes(18).toString('base64url'), { mode: 0o600 });
    chmodSync(path, 0o600);
    return readFileSync(path, 'utf8');
  }

  /** Makes the SSH key unless it is there. */
  async ensureKey(): Promise<void> {
    if (existsSync(this.publicKeyPath)) return;
    const words = [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      'quickstart',
      '-f',
      this.#path('ssh', 'id_ed25519'),
    ];
    await execa('ssh-keygen', words, { timeout: commandMs });
  }

  /**
   * Accepts the git endpoint's host keys, as the controller's API gave them, for this quickstart's pushes
   * alone.
   */
  trustHost(host: string, port: number, keys: readonly string[]): void {
    const name = port === 22 ? host : `[${host}]:${port}`;
    writeFileSync(this.#path('ssh', 'known_hosts'), keys.map((key) => `${name} ${key}\n`).join(''), {
      mode: 0o600,
    });
  }

  /**
   * Runs `deis`; each line it says goes to `note`. @returns its stdout. @throws with its output when it
   * fails.
   */
  async deis(
    args: readonly string[],
    options: { readonly note?: (line: string) => void; readonly password?: string } = {},
  ): Promise<string> {
    const child = execa(process.execPath, [join(this.#place.root, 'bin', 'deis.js'), ...args], {
      cwd: existsSync(this.appDir) ? this.appDir : this.#place.dataDir,
      // Its own controller, whatever the person's environment says.
      env: { DEIS_PROFILE: this.profile, DEIS_CONTROLLER: undefined, DEIS_TOKEN: undefined },
      timeout: commandMs,
      ...(options.password === undefined ? { stdin: 'ignore' as const } : { input: options.password }),
    });
    const { note } = options;
    if (note !== undefined) for await (const line of child.iterable({ from: 'stderr' })) note(line);
    return (await child).stdout;
  }

  /**
   * What its controller answers to a GET; undefined where there is no such thing. `deis` would say the same, and each
   * start of it takes a while. @throws what the controller says otherwise
   */
  async ask<T>(path: string): Promise<T | undefined> {
    const { controller, token } = JSON.parse(readFileSync(this.profile, 'utf8')) as Record<string, string>;
    const response = await fetch(`${controller}${path}`, {
      headers: { authorization: `token ${token}` },
      // The token is for nobody else.
      redirect: 'manual',
      signal: AbortSignal.timeout(askMs),
    });
    const body = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET ${path}: status ${response.status}: ${body.slice(0, 500)}`);
    return JSON.parse(body) as T;
  }

  /** A list of its controller's; none where there is no such list. */
  async list<T>(path: string): Promise<T[]> {
    return (await this.ask<{ results: T[] }>(`${path}?limit=${maxListed}`))?.results ?? [];
  }

  /** Runs git in the app's repository with this quickstart's key; output goes to `note`. */
  async git(args: readonly string[], note?: (line: string) => void): Promise<string> {
    const child = execa('git', [...args], {
      cwd: this.appDir,
      env: { GIT_SSH_COMMAND: this.sshCommand },
      timeout: commandMs,
      all: true,
      stdin: 'ignore',
    });
    if (note !== undefined) for await (const line of child.iterable({ from: 'stderr' })) note(line);
    return (await child).stdout;
  }

  /** The ssh command that the app's repository uses. */
  get sshCommand(): string {
    return (
      `ssh -i '${this.#path('ssh', 'id_ed25519')}' -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o ` +
      `UserKnownHostsFile='${this.#path('ssh', 'known_hosts')}'`
    );
  }

  #path(...parts: string[]): string {
    return join(this.#place.dataDir, 'quickstart', ...parts);
  }
}
