import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf } from '../../../base/errors.js';

/** Where Debian's packages of a suite come from. */
export interface PackageSources {
  readonly suite: string;
  /** Files as below /etc/apt/sources.list.d. */
  readonly sources: readonly { readonly name: string; readonly text: string }[];
  /** apt.conf text: proxies and the like. */
  readonly aptSettings: string;
}

const stepMs = 300_000;

/**
 * Unpacks Debian's packages, without those that they need, below `work` and gives the tree. APT of this host
 * fetches them, unprivileged and into folders of its own, and verifies them by Debian's signatures; nothing is
 * installed.
 */
export async function unpackPackages(
  work: string,
  packages: readonly string[],
  from: PackageSources,
): Promise<string> {
  const env = { APT_CONFIG: await settings(work, from) };
  const debs = join(work, 'debs');
  const step = { env, cwd: debs, stdin: 'ignore' } as const;
  await execa('apt-get', ['-q', '-o', 'APT::Update::Error-Mode=any', 'update'], {
    ...step,
    timeout: stepMs,
  });
  await execa('apt-get', ['-q', 'download', ...packages], { ...step, timeout: stepMs });
  const tree = join(work, 'tree');
  for (const deb of await readdir(debs))
    await execa('dpkg-deb', ['-x', join(debs, deb), tree], { ...step, timeout: stepMs });
  return tree;
}

/** An apt.conf by which APT knows its own folders alone, and takes nothing unsigned. */
async function settings(work: string, { sources, aptSettings }: PackageSources): Promise<string> {
  const folders = ['debs', 'sources', 'state/lists/partial', 'cache/archives/partial'];
  for (const each of folders) await mkdir(join(work, each), { recursive: true });
  for (const { name, text } of sources) await writeFile(join(work, 'sources', name), text);
  await writeFile(join(work, 'status'), '');
  const lines = [
    aptSettings,
    `Dir::State "${work}/state";`,
    `Dir::State::status "${work}/status";`,
    `Dir::Cache "${work}/cache";`,
    'Dir::Etc::sourcelist "/dev/null";',
    `Dir::Etc::sourceparts "${work}/sources";`,
    'APT::Sandbox::User "";',
    'Acquire::AllowInsecureRepositories "false";',
    'Acquire::Retries "3";',
    '',
  ];
  await writeFile(join(work, 'apt.conf'), lines.join('\n'));
  return join(work, 'apt.conf');
}

const maxReason = 300;

/** Why APT gave none, in its own words where it has some. */
export function packageTrouble(cause: unknown): string {
  const stderr = (cause as { stderr?: unknown }).stderr;
  const said = typeof stderr === 'string' ? /^E: (.*)$/m.exec(stderr)?.[1] : undefined;
  return (said ?? messageOf(cause)).slice(0, maxReason);
}
