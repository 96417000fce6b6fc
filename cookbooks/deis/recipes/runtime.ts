import type { Databag } from '../../databag.js';
import { buildArchives, databagReleases } from '../../databag-for-node.js';
import type { DatabagPart, Recipe } from '../../recipe.js';
import type { Resource } from '../../resource.js';
import { Secret } from '../../../base/secret.js';
import {
  appContainer,
  appHealth,
  containerName,
  parseImage,
  slugPath,
} from '../definitions/app-container.js';
import { containerFirewall } from '../definitions/container-firewall.js';
import { places } from '../definitions/places.js';

/** What the recipe reads of the databag. */
export const runtimeNeeds: readonly DatabagPart[] = ['apps'];

/**
 * A node that runs the app's containers: image and slugs first, then what is no longer wanted goes, then
 * containers start side by side, and those on trial are waited for. Slugs, runtimes and stacks that no
 * release of the databag needs are removed.
 */
export const runtimeRecipe: Recipe = (node, databag) => [
  ...containerFirewall(databag),
  { kind: 'directory', name: '/opt/deis', mode: '0755' },
  { kind: 'directory', name: places.slugs, mode: '0755' },
  containerFiles,
  ...images(databag, node.downloads),
  ...slugs(databag, node.downloads),
  {
    kind: 'containers_absent',
    name: databag.id,
    except: databag.placements.map((placement) => containerName(databag, placement)),
  },
  ...databag.placements.map((placement) => appContainer(databag, placement)),
  ...databag.placements
    .filter(({ state }) => state === 'starting')
    .map((placement) => appHealth(databag, placement)),
  ...leftovers(databag),
];

/**
 * On Docker's own file system, which is sized for containers and can lie over another: the root of a VM-like
 * node cannot.
 */
const containerFiles: Resource = {
  kind: 'execute',
  name: 'a place for files of containers',
  command: [
    'sh',
    '-ec',
    'root=$(docker info --format "{{.DockerRootDir}}"); mkdir -p -m 0711 "$root/deis"; ln -s "$root/deis" "$1"',
    'sh',
    places.containerFiles,
  ],
  creates: places.containerFiles,
};

type Downloads = Readonly<Record<string, string>>;

function images(databag: Databag, downloads: Downloads): Resource[] {
  const names = [
    ...new Set(
      databagReleases(databag)
        .filter(({ build }) => build !== null)
        .map(({ image }) => image),
    ),
  ];
  return names.map((image) => {
    const { name, id } = parseImage(image);
    // Two ids of one name may be wanted while an upgrade is under way.
    return { kind: 'docker_image', name: names.length === 1 ? name : image, id, ...urlOf(downloads, id) };
  });
}

/** Slugs, and the runtimes that they share. */
function slugs(databag: Databag, downloads: Downloads): Resource[] {
  const builds = databagReleases(databag).map(({ build }) => buildArchives(build));
  const [own, runtimes] = [builds.flatMap(([slug]) => slug ?? []), builds.flatMap(([, ...rest]) => rest)];
  const archives = new Map([...runtimes, ...own].map((archive) => [archive.sha256, archive]));
  return [...archives.values()].map((archive) => ({
    kind: 'archive',
    name: slugPath(archive),
    sha256: archive.sha256,
    retries: 2,
    ...urlOf(downloads, archive.slug),
  }));
}

/** A databag of a formation without a release says nothing about what may be fetched next. */
function leftovers(databag: Databag): Resource[] {
  const releases = databagReleases(databag).filter(({ build }) => build !== null);
  if (releases.length === 0) return [];
  const archives = releases.flatMap(({ build }) => buildArchives(build)).map(({ sha256 }) => sha256);
  const stacks = releases.map(({ image }) => parseImage(image));
  return [
    { kind: 'children_absent', name: places.slugs, except: [...new Set(archives)].sort() },
    ...[...new Set(stacks.map(({ name }) => name.replace(/:[^:/]*$/, '')))].map((name): Resource => ({
      kind: 'images_absent',
      name,
      except: [...new Set(stacks.map(({ id }) => id))].sort(),
    })),
  ];
}

function urlOf(downloads: Downloads, key: string): { url?: Secret } {
  const url = downloads[key];
  return url === undefined ? {} : { url: new Secret(url) };
}
