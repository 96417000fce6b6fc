import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../../base/errors.js';
import { mustRunAside } from '../../../provisioner/run-aside.js';

const limited = fileURLToPath(new URL('limited.sh', import.meta.url));

/** `proc-receive` hooks, which let the controller alone move refs, came with it. */
const oldestGit = [2, 29] as const;

/**
 * Settings of every git of ours, given on its command line: a repository's own file can then neither be stale
 * nor wrong. `core.fsync=all`: what git calls written is on disk. `procReceiveRefs=refs`: git itself changes
 * no ref at all on a push; without our hook the push is refused.
 */
const settings = {
  'core.fsync': 'all',
  'safe.directory': '*',
  'protocol.version': '2',
  'gc.auto': '0',
  'receive.autogc': 'false',
  'receive.procReceiveRefs': 'refs',
  'receive.advertisePushOptions': 'true',
  'receive.unpackLimit': '1',
  'receive.keepAlive': '5',
  'transfer.hideRefs': 'refs/deis',
  // Larger files pass in pieces, and only so many objects are put together at once.
  'core.bigFileThreshold': '32m',
  'pack.threads': '2',
};

/** As `nice` counts: a third of the processor beside somebody who has 0. Transfers compress what strangers send. */
const transferPriority = 5;

/**
 * The most that git puts in memory for one thing: a pack of some kilobytes may say that it holds gigabytes.
 * Git makes deltas of files up to this size alone.
 */
const maxAllocationMib = 512;

/** Runs git, blind to the host's and the user's configuration and to our own environment. */
export class GitProgram {
  constructor(
    private readonly program = 'git',
    private readonly extraSettings: Readonly<Record<string, string>> = {},
  ) {}

  /** Resolves with stdout. @throws when git exits other than zero or takes more than `deadlineMs`. */
  async run(
    args: readonly string[],
    options: {
      cwd: string;
      deadlineMs?: number;
      signal?: AbortSignal;
      /** What of it git's own environment does not set. */
      env?: Readonly<Record<string, string | undefined>>;
    },
  ): Promise<string> {
    const { stdout } = await mustRunAside({
      program: this.program,
      args: this.#arguments(args),
      cwd: options.cwd,
      env: { ...options.env, ...gitEnvironment() },
      timeout: options.deadlineMs ?? 60_000,
      maxBuffer: 64 * 1024 ** 2,
      signal: options.signal,
    });
    return stdout;
  }

  /**
   * Starts a git whose streams the caller connects. It gives way to the controller, which others wait for. With
   * `cpuSeconds` it and each of its children end when they have computed for so long.
   */
  start(
    args: readonly string[],
    options: {
      cwd: string;
      stdio: StdioOptions;
      env?: Readonly<Record<string, string>>;
      cpuSeconds?: number | undefined;
    },
  ): ChildProcess {
    const own = [this.program, ...this.#arguments(args)];
    const { cpuSeconds } = options;
    const limit = ['sh', '-e', limited, String(cpuSeconds)];
    const [program, ...rest] = cpuSeconds === undefined ? own : [...limit, ...own];
    const child = spawn(program!, rest, {
      cwd: options.cwd,
      stdio: options.stdio,
      env: { ...gitEnvironment(), ...options.env },
    });
    giveWay(child.pid);
    return child;
  }

  /** @throws UserError when git is missing or too old. */
  async check(): Promise<void> {
    const text = await this.run(['--version'], { cwd: '/' }).catch((cause: unknown) => {
      throw new UserError('git is not installed on the controller: apt-get install git', { cause });
    });
    const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
    const isOld =
      Number(major) < oldestGit[0] || (Number(major) === oldestGit[0] && Number(minor) < oldestGit[1]);
    if (isOld)
      throw new UserError(
        `the controller needs git ${oldestGit.join('.')} or newer, and this is ${text.trim()}`,
      );
  }

  #arguments(args: readonly string[]): string[] {
    return [
      ...Object.entries({ ...settings, ...this.extraSettings }).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]),
      ...args,
    ];
  }
}

function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, transferPriority);
  } catch {
    // It has ended.
  }
}

function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOC_LIMIT: `${maxAllocationMib}m`,
  };
}
