import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { onAbort } from '../../base/on-abort.js';
import type { ControllerProcess } from '../../test/support/server/controller-process.js';

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

const password = 'correct horse battery';
const pushMs = 300_000;

interface Invited {
  /** What the admin gave; absent for the first user. */
  readonly code?: string;
  /** Where pushes come from: what one address may begin in a minute is no other's. */
  readonly address: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A user who speaks to the API and pushes with the real git. */
export class Person {
  private constructor(
    readonly controller: ControllerProcess,
    readonly token: string,
    private readonly home: string,
    private readonly address: string,
  ) {}

  /** Registers with a key. */
  static async register(
    controller: ControllerProcess,
    name: string,
    { code, address }: Invited,
  ): Promise<Person> {
    const home = join(controller.dataDir, 'people', name);
    mkdirSync(home, { recursive: true });
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'id')]);
    const stranger = new Person(controller, '', home, address);
    const account = { username: name, password, email: `${name}@example.com` };
    const { token } = await stranger.must(
      'POST',
      '/api/auth/register',
      code ? { ...account, code } : account,
    );
    const person = new Person(controller, String(token), home, address);
    await person.must('POST', '/api/keys', { public: readFileSync(join(home, 'id.pub'), 'utf8') });
    return person;
  }

  get headers(): Record<string, string> {
    return { Authorization: `token ${this.token}` };
  }

  async ask(method: string, path: string, body?: unknown, more?: RequestInit): Promise<Answer> {
    const answer = await fetch(`${this.controller.running.url}${path}`, {
      method,
      headers: { ...this.headers, 'Content-Type': 'application/json', Prefer: 'respond-async' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...more,
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
  }

  /** @throws when it is refused */
  async must(method: string, path: string, body?: unknown): Promise<Answer['body']> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Commits these files and nothing else, and pushes them. Resolves to git's exit code and words. */
  async push(
    formation: string,
    files: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<{ readonly code: number | undefined; readonly text: string }> {
    const cwd = join(this.home, formation);
    mkdirSync(cwd, { recursive: true });
    const git = (args: readonly string[], more: { readonly detached?: boolean } = {}) =>
      execa('git', args, {
        cwd,
        env: this.#gitEnv(),
        all: true,
        reject: false,
        stdin: 'ignore',
        timeout: pushMs,
        ...more,
      });
    await git(['init', '-q', '-b', 'master']);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    await git(['add', '-A']);
    await git(['commit', '-q', '--allow-empty', '-m', 'next']);
    const { gitPort } = this.controller.running;
    const remote = `ssh://git@127.0.0.1:${gitPort}/${formation}.git`;
    // A group of its own: git that is ended leaves its ssh behind, which goes on with the push.
    const push = git(['push', remote, 'master'], { detached: true });
    const release = signal && onAbort(signal, () => endGroup(push.pid));
    const { exitCode, all } = await push;
    release?.();
    return { code: exitCode, text: all };
  }

  #gitEnv(): Record<string, string> {
    const options = ['IdentitiesOnly=yes', 'BatchMode=yes', 'StrictHostKeyChecking=no'];
    const ssh = ['ssh', '-F', '/dev/null', '-b', this.address, '-i', join(this.home, 'id')];
    const known = `UserKnownHostsFile=${join(this.home, 'known_hosts')}`;
    return {
      HOME: this.home,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_SSH_COMMAND: [...ssh, ...[...options, known].flatMap((option) => ['-o', option])].join(' '),
      GIT_AUTHOR_NAME: 'x',
      GIT_AUTHOR_EMAIL: 'x@example.com',
      GIT_COMMITTER_NAME: 'x',
      GIT_COMMITTER_EMAIL: 'x@example.com',
    };
  }
}
