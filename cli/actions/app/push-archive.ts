import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { spawn } from 'node:child_process';
import { extract } from 'tar';
import type { Config, Formation } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { askGit, git } from '../../git/git.js';
import { tokenSsh, tokenUrl, useTokenSsh } from '../../git/token-ssh.js';

/** An image that was built elsewhere, by the digest of its manifest. */
const imagePattern = /^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/;

/**
 * Makes the source in a tar archive, or a Dockerfile that begins with an image and ends there, a commit on top of
 * what was pushed last, and pushes it.
 */
export async function pushArchive(call: Call): Promise<void> {
  if (call.args.length === 0)
    throw usageError('an archive is missing', 'git archive HEAD | deis builds:create -');
  const formation = await (await call.api()).get<Formation>(await call.formationPath());
  const { values } = await (await call.api()).get<Config>(await call.formationPath('config'));
  const ref = `refs/heads/${values['DEIS_DEPLOY_BRANCH'] ?? 'master'}`;
  const isImage = imagePattern.test(call.arg(0));
  const dockerfile = isImage ? 'Dockerfile' : call.option('dockerfile');
  const folder = await mkdtemp(join(tmpdir(), 'deis-build-'));
  try {
    await mkdir(join(folder, 'source'));
    if (isImage) await writeFile(join(folder, 'source', 'Dockerfile'), `FROM ${call.arg(0)}\n`);
    else await unpack(call, join(folder, 'source'));
    const url = await startRepository(call, join(folder, 'source'), formation.git_url);
    await commit(call, join(folder, 'source'), { url, ref });
    await push(call, join(folder, 'source'), {
      url,
      ref,
      ...(dockerfile === undefined ? {} : { dockerfile }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** git's exit code where it did not come to a push; one that was refused ends with 1. */
const fatal = 128;

/** Where it is pushed to. */
interface Target {
  readonly url: string;
  readonly ref: string;
  /** Path of the Dockerfile that it is built by; absent: the source decides. */
  readonly dockerfile?: string;
}

async function unpack(call: Call, folder: string): Promise<void> {
  const name = call.arg(0);
  const archive =
    name === '-' ? call.terminal.inputStream() : createReadStream(resolve(call.terminal.cwd, name));
  // The archive's own links and paths never lead out of the folder: tar refuses them, and `strict` makes that
  // an error.
  await pipeline(archive, extract({ cwd: folder, strict: true })).catch((error: Error) => {
    throw usageError(
      `${name === '-' ? 'standard input' : name} is not a tar archive that can be unpacked: ${error.message}`,
      'for example: git archive HEAD | deis builds:create -',
    );
  });
}

/** An empty repository in the folder, which logs in as this call does: by DEIS_TOKEN where it is set, else by key. */
async function startRepository(call: Call, folder: string, url: string): Promise<string> {
  await rm(join(folder, '.git'), { recursive: true, force: true });
  await git(folder, 'init', '--quiet');
  if ((await call.profile()).source !== 'environment') return url;
  const withToken = tokenUrl(url);
  await useTokenSsh(folder, tokenSsh(withToken));
  return withToken;
}

/**
 * Everything in the folder as one commit, whatever an ignore file of it says; its parent is what the
 * formation has.
 */
async function commit(call: Call, folder: string, { url, ref }: Target): Promise<void> {
  const username = await call.username();
  await git(folder, 'add', '--all', '--force');
  const tree = (await askGit(folder, 'write-tree')) ?? '';
  if ((await askGit(folder, 'ls-files', '--cached')) === '')
    throw usageError('the archive is empty: there is nothing to build');
  await askGit(folder, 'fetch', '--quiet', url, ref);
  const parent = await askGit(folder, 'rev-parse', '--verify', '--quiet', 'FETCH_HEAD');
  const identity = ['-c', `user.name=${username}`, '-c', `user.email=${username}@deis.invalid`];
  const made = await askGit(
    folder,
    ...identity,
    'commit-tree',
    ...(parent === undefined ? [] : ['-p', parent]),
    '-m',
    'Source from an archive',
    tree,
  );
  if (made === undefined) throw new CliError('git could not make a commit of the archive', exitCodes.failed);
  await git(folder, 'update-ref', 'HEAD', made);
}

async function push(call: Call, folder: string, { url, ref, dockerfile }: Target): Promise<void> {
  const options = dockerfile === undefined ? [] : ['-o', `dockerfile=${dockerfile}`];
  const child = spawn('git', ['push', ...options, url, `HEAD:${ref}`], {
    cwd: folder,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => call.output.raw('stderr', text));
  const code = await new Promise<number>((done, failed) =>
    child.on('error', failed).on('close', (status) => done(status ?? 1)),
  );
  if (code !== 0)
    throw new CliError('git push failed', exitCodes.failed, {
      details: code === fatal ? ['whether git can log in there, and knows the host: deis doctor'] : [],
    });
}
