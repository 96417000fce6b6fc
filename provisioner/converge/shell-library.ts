import { readFileSync } from 'node:fs';

/** The sh files beside this one, read once, without their comments. */
const loaded = new Map<string, string>();

/** What a library builds on. */
const dependencies: Readonly<Record<string, readonly string[]>> = {
  'resources/file.sh': ['resources/paths.sh'],
  'resources/directory.sh': ['resources/paths.sh'],
  'resources/link.sh': ['resources/paths.sh'],
  'resources/archive.sh': ['resources/download.sh', 'resources/holders.sh'],
  'resources/children-absent.sh': ['resources/holders.sh'],
  'resources/docker-image.sh': ['resources/download.sh'],
  'resources/docker-container.sh': ['resources/docker-api.sh', 'resources/container-files.sh'],
  'resources/containers-absent.sh': ['resources/docker-api.sh'],
  'resources/container-health.sh': ['resources/docker-api.sh'],
  'resources/images-absent.sh': ['resources/docker-api.sh'],
  'resources/firewall.sh': ['resources/lines-diff.sh'],
  'resources/nginx-site.sh': ['resources/file.sh'],
  'resources/remote-file.sh': ['resources/file.sh', 'resources/download.sh'],
  'resources/apt-repository.sh': ['resources/file.sh'],
  'resources/sysctl.sh': ['resources/file.sh'],
  'resources/mount.sh': ['resources/lines-diff.sh'],
  'resources/nginx-backends.sh': ['resources/lines-diff.sh'],
};

/** The text of the named files (paths below provisioner/converge), each once, after what it builds on. */
export function shellLibrary(names: readonly string[]): string {
  const ordered = new Set<string>();
  for (const name of names) addWithDependencies(name, ordered);
  return [...ordered].map(loadShell).join('\n');
}

function addWithDependencies(name: string, ordered: Set<string>): void {
  for (const dependency of dependencies[name] ?? []) addWithDependencies(dependency, ordered);
  ordered.add(name);
}

/** Comment lines stay here: programs travel often, and are read by a shell. */
function loadShell(name: string): string {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(name, import.meta.url), 'utf8').replaceAll(/^ *#.*\n/gm, '');
  loaded.set(name, text);
  return text;
}
