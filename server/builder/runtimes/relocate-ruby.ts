import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where builds and containers find it. */
export const rubyMount = '.deis/ruby';
const root = `/app/${rubyMount}`;

const launcherFile = fileURLToPath(new URL('ruby-launcher.sh', import.meta.url));

/** RubyGems reads it when it has begun. */
const gemDefaults = `# The standard library comes behind gems, as where Ruby finds it by itself.
# RUBYLIB puts it before them.
standard = ENV.fetch("RUBYLIB", "").split(":").select { |each| each.start_with?("${root}/lib/") }
$LOAD_PATH.replace($LOAD_PATH - standard + standard)
`;

/**
 * Makes a Ruby that runs below /app of the /usr of Debian's packages for this line: in place, without
 * documentation. Resolves to its version.
 */
export async function relocateRuby(usr: string, line: string): Promise<string> {
  const bin = join(usr, 'bin');
  const libraries = (await readdir(join(usr, 'lib'))).find((name) => name.endsWith('-linux-gnu'));
  if (libraries === undefined) throw new Error(`libruby${line} holds no libraries`);
  await rm(join(usr, 'share'), { recursive: true, force: true });
  const programs = (await readdir(bin)).filter((name) => name.endsWith(line));
  await mkdir(join(usr, 'libexec'));
  await rename(join(bin, `ruby${line}`), join(usr, 'libexec', `ruby${line}`));
  const launcher = await readFile(launcherFile, 'utf8');
  const filled = launcher.replaceAll('@LINE@', line).replaceAll('@TRIPLET@', libraries);
  await writeFile(join(bin, `ruby${line}`), filled);
  await chmod(join(bin, `ruby${line}`), 0o755);
  for (const name of programs) {
    if (name !== `ruby${line}`) await useRuby(join(bin, name), line);
    await symlink(name, join(bin, name.slice(0, -line.length)));
  }
  const defaults = join(usr, 'lib', 'ruby', `${line}.0`, 'rubygems', 'defaults');
  await mkdir(defaults, { recursive: true });
  await writeFile(join(defaults, 'operating_system.rb'), gemDefaults);
  return versionIn(await readFile(join(usr, 'lib', libraries, 'ruby', `${line}.0`, 'rbconfig.rb'), 'utf8'));
}

async function useRuby(program: string, line: string): Promise<void> {
  const text = await readFile(program, 'utf8');
  await writeFile(program, text.replace(/^#!.*/, `#!${root}/bin/ruby${line}`));
}

function versionIn(rbconfig: string): string {
  const part = (name: string): string =>
    new RegExp(`CONFIG\\["${name}"\\] = "(\\d+)"`).exec(rbconfig)?.[1] ?? '0';
  return [part('MAJOR'), part('MINOR'), part('TEENY')].join('.');
}
