import { readFileSync } from 'node:fs';

/** The sh files beside this one, read once, without their comments. */
const loaded = new Map<string, string>();

/** What a library builds on. */
const dependencies: Readonly<Record<string, readonly string[]>> = {
  'resources/files/file.sh': ['resources/files/paths.sh'],
  'resources/files/directory.sh': ['resources/files/paths.sh'],
  'resources/files/link.sh': ['resources/files/paths.sh'],
  'resources/files/archive.sh': ['resources/files/download.sh', 'resources/files/holders.sh'],
  'resources/files/children-absent.sh': ['resources/files/holders.sh'],
  'resources/containers/docker-image.sh': ['resources/files/download.sh'],
  'resources/containers/docker-container.sh': [
    'resources/containers/docker-api.sh',
    'resources/containers/container-files.sh',
  ],
  'resources/containers/containers-absent.sh': ['resources/containers/docker-api.sh'],
  'resources/containers/container-health.sh': ['resources/containers/docker-api.sh'],
  'resources/containers/images-absent.sh': ['resources/containers/docker-api.sh'],
  'resources/network/firewall.sh': ['resources/lines-diff.sh'],
  'resources/network/nginx-site.sh': ['resources/files/file.sh'],
  'resources/files/remote-file.sh': ['resources/files/file.sh', 'resources/files/download.sh'],
  'resources/system/apt-repository.sh': ['resources/files/file.sh'],
  'resources/system/sysctl.sh': ['resources/files/file.sh'],
  'resources/system/mount.sh': ['resources/lines-diff.sh'],
  'resources/network/nginx-backends.sh': ['resources/lines-diff.sh'],
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
