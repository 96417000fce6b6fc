import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../base/errors.js';
import { selectAptSettings, selectSources, type SourceFile } from './apt-sources.js';

/** What an image takes over from the host that builds it. */
export interface HostFacts {
  /** Suite of the host's distribution, e.g. `bookworm`; images are of the same. */
  readonly codename: string;
  /** The host's own APT sources, so that its mirror serves inside too. */
  readonly sources: readonly SourceFile[];
  /** apt.conf text: proxies and the like. */
  readonly aptSettings: string;
  /** PEM bundle that the host trusts; empty when it has none. */
  readonly certificates: string;
}

const certificateBundle = '/etc/ssl/certs/ca-certificates.crt';

/** @throws UserError when the host is no Debian or Ubuntu, or has no APT source of its own suite. */
export async function readHostFacts(): Promise<HostFacts> {
  const codename = await readCodename();
  const sources = selectSources(await readSources(), codename);
  if (sources.length === 0)
    throw new UserError(
      `/etc/apt names no source with the component main of ${codename}: the images are built from there`,
    );
  const { stdout } = await execa('apt-config', ['dump']);
  const certificates = existsSync(certificateBundle) ? await readFile(certificateBundle, 'utf8') : '';
  return { codename, sources, aptSettings: selectAptSettings(stdout), certificates };
}

/** Suite of the host's distribution. @throws UserError on hosts that are neither Debian nor Ubuntu */
export async function readCodename(): Promise<string> {
  const release = existsSync('/etc/os-release') ? await readFile('/etc/os-release', 'utf8') : '';
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1];
  if (codename === undefined || !existsSync('/etc/apt'))
    throw new UserError('images are built on Debian or Ubuntu; this host is neither');
  return codename;
}

async function readSources(): Promise<SourceFile[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder)
    ? (await readdir(folder)).filter((name) => /\.(list|sources)$/.test(name)).sort()
    : [];
  const paths = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))].filter((path) =>
    existsSync(path),
  );
  return Promise.all(
    paths.map(async (path) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      text: await readFile(path, 'utf8'),
    })),
  );
}
