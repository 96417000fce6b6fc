import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { GitClient } from '../test/support/git/git-client.js';
import { startOwnedGit, stopOwnedGit, type OwnedGit } from '../test/support/git/owned-git.js';
import { startSshDaemon, type SshDaemon } from '../test/support/nodes/ssh-daemon.js';
import { stopTestPostgres } from '../test/support/server/database.js';
import { median, type Benchmark, type Figure } from './benchmark.js';

const sampleMs = 20;
const largeRounds = 3;

/**
 * `[PUSHES] [MEGABYTES]`. The same commits to the git endpoint, whose build and deploy do nothing, and to a bare
 * repository by OpenSSH and git, in turns. Memory is that of this process, which is the endpoint's.
 */
export const benchmark: Benchmark = {
  about: 'a small push and one of 100 MB, by the git endpoint and by OpenSSH with git: time and memory',
  measure: async ({ args, talk }) => {
    const [pushes = 9, megabytes = 100] = args.map(Number);
    const git = await startOwnedGit();
    try {
      const daemon = await startSshDaemon();
      try {
        return await compare(git, await peerOf(git, daemon), { pushes, megabytes }, talk);
      } finally {
        await daemon.stop();
      }
    } finally {
      await stopOwnedGit(git);
      await stopTestPostgres();
    }
  },
};

/** Who pushes, and where to. */
interface Pusher {
  readonly client: GitClient;
  readonly url: string;
}

async function peerOf({ folder }: OwnedGit, daemon: SshDaemon): Promise<Pusher> {
  const { username, privateKey, hostKeys } = daemon.target('peer');
  const client = new GitClient(folder, daemon.port, hostKeys);
  writeFileSync(join(client.home, 'id'), privateKey.reveal(), { mode: 0o600 });
  const repository = join(daemon.directory, 'app.git');
  await execa('git', ['init', '-q', '--bare', '-b', 'master', repository]);
  return { client, url: `ssh://${username}@127.0.0.1:${daemon.port}${repository}` };
}

async function compare(
  git: OwnedGit,
  peer: Pusher,
  { pushes, megabytes }: { readonly pushes: number; readonly megabytes: number },
  talk: (line: string) => void,
): Promise<Figure[]> {
  const own: Pusher = { client: git.client, url: git.client.url('app') };
  const timesOf = async (rounds: number, bytes: number): Promise<{ own: number; peer: number }> => {
    const times: Record<'own' | 'peer', number[]> = { own: [], peer: [] };
    for (let round = 1; round <= rounds; round += 1) {
      times.peer.push(await push(peer, bytes));
      times.own.push(await push(own, bytes));
    }
    return { own: median(times.own), peer: median(times.peer) };
  };
  await timesOf(1, 100);
  talk('small pushes');
  const small = await timesOf(pushes, 100);
  const idle = resident();
  talk(`pushes of ${megabytes} MB`);
  let most = idle;
  const sampling = setInterval(() => (most = Math.max(most, resident())), sampleMs);
  const large = await timesOf(largeRounds, megabytes * 1_000_000).finally(() => clearInterval(sampling));
  return figures(small, large, { idle, most, megabytes });
}

function figures(
  small: { readonly own: number; readonly peer: number },
  large: { readonly own: number; readonly peer: number },
  { idle, most, megabytes }: { readonly idle: number; readonly most: number; readonly megabytes: number },
): Figure[] {
  const about = 'without build and deploy';
  return [
    { name: 'small push, OpenSSH and git', value: small.peer, unit: 's' },
    { name: 'small push, git endpoint', value: small.own, unit: 's', note: about },
    { name: 'small push, over OpenSSH', value: small.own / small.peer, unit: 'x', target: { atMost: 1.3 } },
    { name: `push of ${megabytes} MB, OpenSSH and git`, value: large.peer, unit: 's' },
    { name: `push of ${megabytes} MB, git endpoint`, value: large.own, unit: 's', note: about },
    {
      name: `push of ${megabytes} MB, over OpenSSH`,
      value: large.own / large.peer,
      unit: 'x',
      target: { atMost: 1.3 },
    },
    {
      name: `memory that a push of ${megabytes} MB takes`,
      value: most - idle,
      unit: 'MB',
      target: { atMost: megabytes / 2 },
    },
  ];
}

/** Seconds of `git push` of one more commit, with so many new bytes; another process makes them. */
async function push({ client, url }: Pusher, bytes: number): Promise<number> {
  const file = join(client.app, 'content');
  await execa('sh', ['-c', 'head -c "$1" /dev/urandom >"$2"', 'make', String(bytes), file]);
  await client.commit('change', { 'index.html': 'a page' });
  const began = performance.now();
  const { code, text } = await client.git('push', url, 'master');
  if (code !== 0) throw new Error(`the push failed: ${text}`);
  return (performance.now() - began) / 1000;
}

const resident = (): number => process.memoryUsage().rss / 1_000_000;
