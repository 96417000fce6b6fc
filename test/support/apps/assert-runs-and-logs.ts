import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../../base/wait-until.js';
import type { Developer } from '../cli/developer.js';
import { projectRoot } from '../source/source-imports.js';

interface Run {
  id: string;
  state: string;
  exit_code: number | null;
}

const deis = join(projectRoot, 'bin', 'deis.js');

/** What a deployed app's developer sees of one-off commands and logs, on real nodes. */
export async function assertRunsAndLogs(
  developer: Developer,
  get: (path: string) => Promise<unknown>,
): Promise<void> {
  const options = { cwd: developer.app, env: developer.env, reject: false } as const;
  await assertTerminal(options);
  const piped = await execa(
    process.execPath,
    [deis, 'run', '-i', '-e', 'A=b=c', '--', 'sh', '-c', 'echo "$A"; wc -c; exit 3'],
    { ...options, input: 'x'.repeat(200_000) },
  );
  assert.deepEqual(
    [piped.exitCode, piped.stdout.split(/\s+/).filter(Boolean)],
    [3, ['b=c', '200000']],
    piped.stderr,
  );
  const started = (
    await developer.deis(['run', '--detach', '--', 'sh', '-c', 'echo from the detached one; exit 5'])
  ).stdout.trim();
  const ended = async (): Promise<Run | undefined> =>
    (await developer.json<Run[]>(['run:list'])).find(
      ({ id, exit_code: code }) => id === started && code !== null,
    );
  assert.equal(
    (
      await waitUntil(ended, {
        deadlineMs: 60_000,
        intervalMs: 500,
        what: 'the detached run to be seen to end',
      })
    ).exit_code,
    5,
  );
  assert.match(
    (await developer.deis(['logs', `--ps=${started}`])).stdout,
    new RegExp(`app\\[${started}\\]: from the detached one`),
  );
  await developer.deis(['run:stop', started]);
  await assertFollowed(options, get);
}

/** `script` gives the command a terminal of ours. */
async function assertTerminal(options: object): Promise<void> {
  const inside =
    `${process.execPath} ${deis} run -- 'test -t 0 && test -t 1 && stty size && echo ` +
    '"$TERM $POWERED_BY"; exit 9\'';
  const { exitCode, stdout } = await execa(
    'script',
    ['-qec', `stty rows 33 cols 99; ${inside}`, '/dev/null'],
    { ...options, extendEnv: true, env: { ...(options as { env: object }).env, TERM: 'vt100' } },
  );
  assert.equal(exitCode, 9, stdout);
  assert.match(stdout, /33 99[^]*vt100/);
}

async function assertFollowed(options: object, get: (path: string) => Promise<unknown>): Promise<void> {
  const tail = execa(process.execPath, [deis, 'logs', '--tail', '-n', '0', '--ps=web'], {
    ...options,
    buffer: false,
  });
  let seen = '';
  tail.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  try {
    const mark = `/followed-${Date.now()}`;
    const asked = async (): Promise<true | undefined> => {
      await get(mark);
      return seen.includes(mark) ? true : undefined;
    };
    await waitUntil(asked, { deadlineMs: 30_000, intervalMs: 500, what: 'the line of a request' });
  } finally {
    tail.kill('SIGINT');
    await tail;
  }
}
