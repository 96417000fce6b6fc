import type { Databag } from '../../databag.js';
import { buildArchives, databagReleases } from '../../databag-for-node.js';
import type { DatabagPart, NodeRegistry, Recipe, RecipeNode } from '../../recipe.js';
import type { Resource } from '../../resource.js';
import { Secret } from '../../../base/secret.js';
import {
  appContainer,
  appHealth,
  containerName,
  parseImage,
  slugPath,
} from '../definitions/app-container.js';
import { appImageName } from '../definitions/app-image-name.js';
import { guestLogs, guestLogsGone, logSender } from '../definitions/log-sender.js';
import { containerFirewall } from '../definitions/container-firewall.js';
import {
  guestFolder,
  guestFolderGone,
  guestNetwork,
  guestNetworkGone,
  requireSharedRuntime,
} from '../definitions/guest-network.js';
import { placesOf } from '../definitions/guest-places.js';
import { places } from '../definitions/places.js';

/** What the recipe reads of the databag. */
export const runtimeNeeds: readonly DatabagPart[] = ['apps'];

/**
 * A node that runs the app's containers: image and slugs first, then what is no longer wanted goes, then
 * containers start side by side, and those on trial are waited for. Slugs, runtimes and stacks that no
 * release of the databag needs are removed.
 */
export const runtimeRecipe: Recipe = (node, databag) =>
  databag.isLeaving ? leftNode(databag) : [...groundOf(node, databag), ...appOf(node, databag)];

/** What the node itself must be; of a guest what its host has not brought. */
function groundOf(node: RecipeNode, databag: Databag): Resource[] {
  if (databag.host === undefined) return [...containerFirewall(databag), ...logSender(node, databag)];
  return [...requireSharedRuntime(databag), ...guestNetwork(databag), ...guestLogs(node, databag)];
}

const appOf: Recipe = (node, databag) => [
  { kind: 'directory', name: '/opt/deis', mode: '0755' },
  ...(databag.host === undefined ? [] : guestFolder('slugs', databag)),
  { kind: 'directory', name: placesOf(databag).slugs, mode: '0755' },
  containerFiles,
  ...registryTrust(databag, node),
  ...images(databag, node),
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

/** A guest that goes takes along what is its own: containers, network, slugs, images, the way of its lines. */
function leftNode(databag: Databag): Resource[] {
  return [
    { kind: 'containers_absent', name: databag.id, except: [] },
    guestNetworkGone(databag),
    guestFolderGone('slugs', databag),
    { kind: 'images_absent', name: appImageName(databag.id), except: [] },
    ...guestLogsGone(databag),
  ];
}

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

/** What the engine needs to know the registry by, where an image comes from there. */
function registryTrust(databag: Databag, { registry }: RecipeNode): Resource[] {
  if (registry === undefined || !databagReleases(databag).some(({ build }) => build?.kind === 'image'))
    return [];
  const folder = `/etc/docker/certs.d/${registry.address}`;
  return [
    ...(registry.authority === undefined
      ? []
      : ([
          { kind: 'directory', name: '/etc/docker/certs.d' },
          { kind: 'directory', name: folder },
          { kind: 'file', name: `${folder}/ca.crt`, content: registry.authority },
        ] as const)),
    ...(registry.at === undefined ? [] : [knownHost(registry.address.replace(/:\d+$/, ''), registry.at)]),
  ];
}

/** Where the registry is, for this node alone. In place: Docker's own nodes have the file mounted. */
function knownHost(name: string, address: string): Resource {
  const line = `${address} ${name}`;
  return {
    kind: 'execute',
    name: `the address of ${name}`,
    command: [
      'sh',
      '-ec',
      'rest=$(grep -v -e " $2\\$" /etc/hosts || true); printf "%s\\n%s\\n" "$rest" "$1" >/etc/hosts',
      'sh',
      line,
      name,
    ],
    notIf: ['grep', '-qxF', '-e', line, '/etc/hosts'],
  };
}

function images(databag: Databag, { downloads, registry }: RecipeNode): Resource[] {
  const wanted = new Map(
    databagReleases(databag).flatMap(({ image, build }) => (build === null ? [] : [[image, build.kind]])),
  );
  return [...wanted].map(([image, kind]) => {
    const { name, id } = parseImage(image);
    const source =
      kind === 'image' && registry !== undefined ? pulled(databag, registry, id) : urlOf(downloads, id);
    // Two ids of one name may be wanted while an upgrade is under way.
    return { kind: 'docker_image', name: wanted.size === 1 ? name : image, id, ...source };
  });
}

/** In the registry an image of the formation's repository has its own id as its tag. */
function pulled({ id: formation }: Databag, { address, repository, token, login }: NodeRegistry, id: string) {
  return {
    pull: `${address}/${repository ?? formation}:${id.replace('sha256:', '')}`,
    ...(token === undefined ? {} : { token }),
    ...(login === undefined ? {} : { login }),
  };
}

/** Slugs, which belong to the user of their image, and the runtimes that they share: everybody reads those. */
function slugs(databag: Databag, downloads: Downloads): Resource[] {
  const releases = databagReleases(databag).map(({ image, build }) => ({
    image,
    archives: buildArchives(build),
  }));
  const runtimes = releases.flatMap(({ archives: [, ...rest] }) => rest.map((each) => [each, {}] as const));
  const own = releases.flatMap(({ image, archives: [slug] }) =>
    slug === undefined ? [] : [[slug, { userOf: parseImage(image).id }] as const],
  );
  const wanted = new Map([...runtimes, ...own].map((each) => [each[0].sha256, each]));
  return [...wanted.values()].map(([archive, user]) => ({
    kind: 'archive',
    name: slugPath(archive, placesOf(databag).slugs),
    sha256: archive.sha256,
    ...user,
    retries: 2,
    ...urlOf(downloads, archive.slug),
  }));
}

/** A databag of a formation without a release says nothing about what may be fetched next. */
function leftovers(databag: Databag): Resource[] {
  const releases = databagReleases(databag).filter(({ build }) => build !== null);
  if (releases.length === 0) return [];
  const archives = releases.flatMap(({ build }) => buildArchives(build)).map(({ sha256 }) => sha256);
  const images = releases.map(({ image }) => parseImage(image));
  // An app's own images are left behind, too, when it has none any more.
  // Stacks that a node has for several formations are nobody's to remove.
  const isShared = databag.host !== undefined || databag.hasGuests === true;
  const stacks = isShared ? [] : images.map(({ name }) => name.replace(/:[^:/]*$/, ''));
  const names = [...stacks, appImageName(databag.id)];
  return [
    { kind: 'children_absent', name: placesOf(databag).slugs, except: [...new Set(archives)].sort() },
    ...[...new Set(names)].map((name): Resource => ({
      kind: 'images_absent',
      name,
      except: [...new Set(images.map(({ id }) => id))].sort(),
    })),
  ];
}

function urlOf(downloads: Downloads, key: string): { url?: Secret } {
  const url = downloads[key];
  return url === undefined ? {} : { url: new Secret(url) };
}
