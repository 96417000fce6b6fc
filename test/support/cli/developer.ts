import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import type { main as Main } from '../../../cli/main.js';
import type { Terminal } from '../../../cli/terminal/terminal.js';
import type { ControllerProcess } from '../server/controller-process.js';
import { projectRoot } from '../source/source-imports.js';

export interface CommandOutcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in order. */
  readonly all: string;
}

/** What `bin/deis.js` loads. */
const compiled = pathToFileURL(join(projectRoot, 'dist', 'cli', 'main.js')).href;

/** A developer at a terminal: the real `deis`, the real git, an SSH key and a home directory of their own. */
export class Developer {
  readonly home: string;
  readonly app: string;

  constructor(
    readonly controller: ControllerProcess,
    readonly name: string,
  ) {
    this.home = join(controller.dataDir, 'people', name);
    this.app = join(this.home, 'app');
    mkdirSync(join(this.home, '.ssh'), { recursive: true, mode: 0o700 });
  }

  get env(): Record<string, string> {
    const ssh =
      `ssh -i ${join(this.home, '.ssh', 'id_ed25519')} -o IdentitiesOnly=yes -o ` +
      `StrictHostKeyChecking=yes -o UserKnownHostsFile=${join(this.home, '.ssh', 'known_hosts')}`;
    return {
      HOME: this.home,
      GIT_SSH_COMMAND: ssh,
      GIT_CONFIG_GLOBAL: join(this.home, '.gitconfig'),
      GIT_AUTHOR_NAME: this.name,
      GIT_AUTHOR_EMAIL: `${this.name}@example.com`,
      GIT_COMMITTER_NAME: this.name,
      GIT_COMMITTER_EMAIL: `${this.name}@example.com`,
    };
  }

  /** Makes the SSH key. */
  async makeKey(): Promise<void> {
    await this.command('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      `${this.name}@example.com`,
      '-f',
      join(this.home, '.ssh', 'id_ed25519'),
    ]);
  }

  /** Registers at the controller, whose git endpoint is trusted from then on, and adds the key. */
  async register(): Promise<void> {
    await this.deis([
      ...['register', this.controller.running.url, `--username=${this.name}`, '--known-hosts=yes'],
      ...['--password=correct horse battery', `--email=${this.name}@example.com`],
    ]);
    await this.deis(['keys:add', join(this.home, '.ssh', 'id_ed25519.pub')]);
  }

  /**
   * Runs `deis`, in the app's folder when there is one. @throws when it exits other than `expect` (default
   * 0).
   */
  async deis(
    args: readonly string[],
    { expect = 0 }: { expect?: number | 'failure' } = {},
  ): Promise<CommandOutcome> {
    return this.command(process.execPath, [join(projectRoot, 'bin', 'deis.js'), ...args], { expect });
  }

  /**
   * Data of a `deis ... --json`. The compiled program runs in this process: a start of Node.js takes longer than what
   * is asked, and tests ask often.
   */
  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse((await this.deisHere([...args, '--json'])).stdout) as T;
  }

  /** As `deis`, of the compiled program in this process. */
  async deisHere(
    args: readonly string[],
    { expect = 0 }: { expect?: number | 'failure' } = {},
  ): Promise<CommandOutcome> {
    const { main } = (await import(compiled)) as { readonly main: typeof Main };
    const [out, error, all]: [string[], string[], string[]] = [[], [], []];
    const terminal = this.#terminal(
      (text) => void (out.push(text), all.push(text)),
      (text) => void (error.push(text), all.push(text)),
    );
    const exitCode = await main(args, terminal);
    // As execa has it, without the newline at the end.
    const [stdout, stderr, both] = [out, error, all].map((texts) => texts.join('').replace(/\n$/, ''));
    const outcome = { exitCode, stdout: stdout!, stderr: stderr!, all: both! };
    requireExit(`deis ${args.join(' ')}`, outcome, expect);
    return outcome;
  }

  /** As that of a program whose input is empty. */
  #terminal(out: (text: string) => void, error: (text: string) => void): Terminal {
    const textOf = (text: string | Uint8Array): string => Buffer.from(text).toString();
    const nothing = () => () => undefined;
    return {
      stdout: { write: (text) => out(textOf(text)) },
      stderr: { write: (text) => error(textOf(text)) },
      env: { ...process.env, ...this.env },
      cwd: this.#folder,
      home: this.home,
      interactive: false,
      inputIsFile: false,
      piped: true,
      ask: () => Promise.reject(new Error('there is no person here')),
      readInput: () => Promise.resolve(''),
      inputStream: () => Readable.from([]),
      keyboard: {
        isTerminal: false,
        size: () => undefined,
        onResize: nothing,
        onTerminate: nothing,
        read: nothing,
      },
      onInterrupt: nothing,
    };
  }

  /** The app's when there is one. */
  get #folder(): string {
    return existsSync(this.app) ? this.app : this.home;
  }

  async git(
    args: readonly string[],
    { expect = 0 }: { expect?: number | 'failure' } = {},
  ): Promise<CommandOutcome> {
    return this.command('git', args, { expect });
  }

  /** Copies an example of the repository as the app's first commit. */
  async startApp(example: string): Promise<void> {
    cpSync(join(projectRoot, 'examples', example), this.app, { recursive: true });
    await this.git(['init', '-q', '-b', 'master']);
    await this.commit('Start the app');
  }

  async commit(message: string): Promise<void> {
    await this.git(['add', '-A']);
    await this.git(['commit', '-q', '-m', message]);
  }

  read(file: string): string {
    return readFileSync(join(this.app, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.app, file), text);
  }

  async command(
    file: string,
    args: readonly string[],
    { expect = 0 }: { expect?: number | 'failure' } = {},
  ): Promise<CommandOutcome> {
    const result = await execa(file, [...args], {
      cwd: this.#folder,
      env: this.env,
      all: true,
      reject: false,
      timeout: 300_000,
      stdin: 'ignore',
    });
    const { exitCode, stdout, stderr, all } = result;
    const outcome = { exitCode, stdout, stderr, all };
    requireExit(`${file.split('/').at(-1)} ${args.join(' ')}`, outcome, expect);
    return outcome;
  }
}

function requireExit(command: string, { exitCode, all }: CommandOutcome, expected: number | 'failure'): void {
  const isWanted = expected === 'failure' ? exitCode !== 0 : exitCode === expected;
  if (!isWanted) throw new Error(`${command} exited with ${exitCode}, expected ${expected}:\n${all}`);
}
