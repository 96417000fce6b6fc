import { chmod, cp, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where builds and containers find it. */
export const phpMount = '.deis/php';
const root = `/app/${phpMount}`;

const ownFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** As Debian's ini files of extensions say when it is read. */
const defaultPriority = 20;

/** Ahead of the extensions. Containers keep their sessions for themselves, and nothing else clears them away. */
const settings = (api: string): string => `extension_dir="${root}/lib/php/${api}"
include_path=".:${root}/share/php"
expose_php=Off
session.save_path="/tmp"
session.gc_probability=1
`;

/**
 * Makes a PHP that runs below /app of the tree of Debian's packages for this line, beside what is in it.
 * Resolves to its place.
 */
export async function relocatePhp(unpacked: string, line: string): Promise<string> {
  const made = join(unpacked, 'php');
  const usr = join(unpacked, 'usr');
  const libraries = await only(join(usr, 'lib'), (name) => name.endsWith('-linux-gnu'));
  const api = await only(join(usr, 'lib', 'php'), (name) => /^\d{8}$/.test(name));
  for (const folder of ['bin', 'libexec', 'lib/php', 'share', 'etc/conf.d', 'etc/nginx'])
    await mkdir(join(made, folder), { recursive: true });
  await rename(join(usr, 'lib', libraries), join(made, 'lib', libraries));
  await rename(join(usr, 'lib', 'php', api), join(made, 'lib', 'php', api));
  await cp(join(usr, 'lib', 'php', line, 'php.ini-production'), join(made, 'etc', 'php.ini'));
  await writeFile(join(made, 'etc', 'conf.d', '00-deis.ini'), settings(api));
  await bringExtensions(unpacked, join(made, 'etc', 'conf.d'), line);
  await rename(join(usr, 'share', 'php'), join(made, 'share', 'php'));
  await moveReferences(join(made, 'share', 'php'));
  await bringPrograms(usr, made, line, libraries);
  for (const name of ['mime.types', 'fastcgi_params'])
    await cp(join(unpacked, 'etc', 'nginx', name), join(made, 'etc', 'nginx', name));
  return made;
}

async function bringPrograms(usr: string, made: string, line: string, libraries: string): Promise<void> {
  await rename(join(usr, 'bin', `php${line}`), join(made, 'libexec', 'php'));
  await rename(join(usr, 'sbin', `php-fpm${line}`), join(made, 'libexec', 'php-fpm'));
  await rename(join(usr, 'sbin', 'nginx'), join(made, 'libexec', 'nginx'));
  const launcher = (await readFile(ownFile('php-launcher.sh'), 'utf8')).replaceAll('@TRIPLET@', libraries);
  for (const name of ['php', 'php-fpm'])
    await writeProgram(join(made, 'bin', name), launcher.replaceAll('@PROGRAM@', name));
  await symlink('php', join(made, 'bin', `php${line}`));
  const composer = await readFile(join(usr, 'bin', 'composer'), 'utf8');
  await writeProgram(join(made, 'bin', 'composer'), composer.replace(/^#!.*/, `#!${root}/bin/php`));
  await writeProgram(join(made, 'bin', 'heroku-php-nginx'), await readFile(ownFile('php-web.sh'), 'utf8'));
  await symlink('heroku-php-nginx', join(made, 'bin', 'heroku-php-apache2'));
}

/** The ini files that Debian's packages enable when they are installed, in its order. */
async function bringExtensions(unpacked: string, target: string, line: string): Promise<void> {
  const share = join(unpacked, 'usr', 'share');
  const templates = (await readdir(share)).filter((name) => name.startsWith(`php${line}-`));
  const folders = [
    ...templates.map((name) => join(share, name)),
    join(unpacked, 'etc', 'php', line, 'mods-available'),
  ];
  for (const folder of folders)
    for (const each of await readdir(folder, { recursive: true })) {
      if (!each.endsWith('.ini')) continue;
      const text = await readFile(join(folder, each), 'utf8');
      const [, priority] = /^; priority=(\d\d)\b/m.exec(text) ?? [];
      await writeFile(join(target, `${priority ?? defaultPriority}-${basename(each)}`), text);
    }
}

/** Of some suites, what Composer consists of names its parts by where Debian has them. */
async function moveReferences(folder: string): Promise<void> {
  for (const each of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!each.isFile() || !each.name.endsWith('.php')) continue;
    const path = join(each.parentPath, each.name);
    const text = await readFile(path, 'utf8');
    const moved = text.replaceAll('/usr/share/php/', `${root}/share/php/`);
    if (moved !== text) await writeFile(path, moved);
  }
}

async function writeProgram(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

async function only(folder: string, isIt: (name: string) => boolean): Promise<string> {
  const found = (await readdir(folder)).find(isIt);
  if (found === undefined) throw new Error(`Debian's packages of PHP hold nothing of the kind in ${folder}`);
  return found;
}
