import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { keyFingerprint } from '../../../provisioner/ssh/host-key.js';
import type { Stores } from '../../../server/store/stores.js';

export interface GitOutcome {
  readonly code: number | undefined;
  /** Both streams in order. */
  readonly text: string;
}

const identity = {
  GIT_AUTHOR_NAME: 'ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

/** Somebody with the real git and ssh, a key and an app. */
export class GitClient {
  readonly home: string;
  readonly app: string;

  constructor(
    folder: string,
    public port: number,
    private readonly hostKeys: readonly string[],
  ) {
    this.home = mkdtempSync(join(folder, 'person-'));
    this.app = join(this.home, 'app');
    mkdirSync(this.app);
  }

  /** Makes a key; its path. */
  async makeKey(name = 'id', type = 'ed25519', bits?: string): Promise<string> {
    const path = join(this.home, name);
    const size = bits === undefined ? [] : ['-b', bits];
    await execa('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-C', name, '-f', path]);
    return path;
  }

  async register(stores: Stores, userId: number, keyPath: string): Promise<void> {
    const [type, data] = readFileSync(`${keyPath}.pub`, 'utf8').split(' ');
    await stores.keys.insert({
      userId,
      name: keyPath.split('/').at(-1)!,
      publicKey: `${type} ${data}`,
      fingerprint: keyFingerprint(Buffer.from(data!, 'base64')),
    });
  }

  /** `ssh` as git starts it, with these keys offered in turn. */
  sshCommand(keys: readonly string[] = [join(this.home, 'id')]): string[] {
    const known = join(this.home, 'known_hosts');
    writeFileSync(known, this.hostKeys.map((key) => `[127.0.0.1]:${this.port} ${key}\n`).join(''));
    return [
      'ssh',
      '-F',
      '/dev/null',
      '-o',
      'IdentitiesOnly=yes',
      '-o',
      'BatchMode=yes',
      '-o',
      'StrictHostKeyChecking=yes',
      '-o',
      `UserKnownHostsFile=${known}`,
      ...keys.flatMap((key) => ['-i', key]),
    ];
  }

  /** Runs ssh itself. */
  async ssh(
    args: readonly string[],
    { input = '', keys }: { input?: string | Uint8Array; keys?: readonly string[] } = {},
  ): Promise<GitOutcome> {
    const [program, ...options] = this.sshCommand(keys);
    const result = await execa(program!, [...options, '-p', String(this.port), 'git@127.0.0.1', ...args], {
      input,
      all: true,
      reject: false,
      timeout: 20_000,
    });
    return { code: result.exitCode, text: result.all };
  }

  async commit(
    message: string,
    files: Readonly<Record<string, string>> = { 'index.html': message },
  ): Promise<string> {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.app, name), text);
    await this.git('init', '-q', '-b', 'master');
    await this.git('add', '-A');
    await this.git('commit', '-q', '--allow-empty', '-m', message);
    return (await this.git('rev-parse', 'HEAD')).text;
  }

  start(
    args: readonly string[],
    keys?: readonly string[],
    { detached = false, sshOptions = [] }: { detached?: boolean; sshOptions?: readonly string[] } = {},
  ): ResultPromise<{ all: true; reject: false }> {
    return execa('git', [...args], {
      cwd: this.app,
      env: {
        ...identity,
        HOME: this.home,
        GIT_SSH_COMMAND: [...this.sshCommand(keys), ...sshOptions].join(' '),
      },
      all: true,
      reject: false,
      timeout: 30_000,
      detached,
    });
  }

  async git(...args: string[]): Promise<GitOutcome> {
    const result = await this.start(args);
    return { code: result.exitCode, text: result.all };
  }

  url(formation: string): string {
    return `ssh://git@127.0.0.1:${this.port}/${formation}.git`;
  }

  /** `git push`, by default of master. */
  push(formation: string, ...more: string[]): Promise<GitOutcome> {
    return this.git('push', this.url(formation), ...(more.length > 0 ? more : ['master']));
  }
}
