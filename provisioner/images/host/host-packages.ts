import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../base/errors.js';
import { lookUpMs } from './as-root.js';
import {
  changeSuite,
  mirrorSources,
  selectAptSettings,
  selectSources,
  type SourceFile,
} from './apt-sources.js';
import { imageChoice, type ImageChoice, type Suite } from '../suite.js';

/** What an image takes over from the host that builds it. */
export interface HostPackages {
  /** Debian suite of the image, whatever the host runs. */
  readonly suite: Suite;
  /** The host's own APT sources for that suite, so that its mirror serves inside too. */
  readonly sources: readonly SourceFile[];
  /** apt.conf text: proxies and the like. */
  readonly aptSettings: string;
  /** PEM bundle that the host trusts; empty when it has none. */
  readonly certificates: string;
}

const certificateBundle = '/etc/ssl/certs/ca-certificates.crt';

/**
 * What an image of the chosen suite takes over from this host. @throws UserError when the host is neither Debian
 * nor Ubuntu, or is Debian and has no APT source of its own suite.
 */
export async function readHostPackages(
  { suite, mirror }: ImageChoice = imageChoice(),
): Promise<HostPackages> {
  const sources = await imageSources({ suite, mirror });
  const { stdout } = await execa('apt-config', ['dump'], { timeout: lookUpMs });
  const certificates = existsSync(certificateBundle) ? await readFile(certificateBundle, 'utf8') : '';
  return { suite, sources, aptSettings: selectAptSettings(stdout), certificates };
}

async function imageSources({ suite, mirror }: ImageChoice): Promise<SourceFile[]> {
  const { id, codename } = await readRelease();
  if (mirror !== undefined || id !== 'debian') return mirrorSources(suite, mirror);
  const own = selectSources(await readSources(), codename);
  if (own.length === 0)
    throw new UserError(
      `/etc/apt names no source with the component main of ${codename}: the images are built from there, ` +
        'or from the Debian mirror that DEIS_MIRROR names',
    );
  return changeSuite(own, codename, suite);
}

async function readRelease(): Promise<{ readonly id: string; readonly codename: string }> {
  const release = existsSync('/etc/os-release') ? await readFile('/etc/os-release', 'utf8') : '';
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}="?([a-z]+)"?$`, 'm').exec(release)?.[1];
  const [id, codename] = [field('ID'), field('VERSION_CODENAME')];
  if (id === undefined || codename === undefined || !existsSync('/etc/apt'))
    throw new UserError('images are built on Debian or Ubuntu; this host is neither');
  return { id, codename };
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
