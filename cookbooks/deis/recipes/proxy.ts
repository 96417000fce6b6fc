import type { Databag } from '../../databag.js';
import type { DatabagPart, Recipe, RecipeNode } from '../../recipe.js';
import type { Resource } from '../../resource.js';
import { renderNodeFile } from '../../../templates/render.js';
import { backendRules } from '../definitions/proxy/backend-rules.js';
import { guestFolder, guestFolderGone, requireSharedProxy } from '../definitions/guest-network.js';
import { placesOf } from '../definitions/guest-places.js';
import { places } from '../definitions/places.js';
import { certFiles, certsGone } from '../definitions/proxy/proxy-certs.js';
import { endpointOf } from '../definitions/proxy/proxy-endpoint.js';
import { tlsListeners } from '../definitions/proxy/proxy-listen.js';
import { pageFiles, pagesGone } from '../definitions/proxy/proxy-pages.js';
import { proxySite, siteLock } from '../definitions/proxy/proxy-site.js';
import { streamGround } from '../definitions/proxy/proxy-stream.js';

/** What the recipe reads of the databag. */
export const proxyNeeds: readonly DatabagPart[] = ['proxy'];

/** A node that passes requests on to the app's containers: nginx, whose backends change without a reload. */
export const proxyRecipe: Recipe = (node, databag) => {
  if (databag.isLeaving) return leftProxy(node, databag);
  return databag.host === undefined ? ownProxy(node, databag) : guestSite(node, databag);
};

const ownProxy: Recipe = (node, databag) => [
  { kind: 'package', name: 'nginx', packages: ['nginx', 'libnginx-mod-http-lua'] },
  {
    kind: 'file',
    name: '/etc/nginx/nginx.conf',
    content: renderNodeFile('nginx.conf.njk', { shutdown: shutdownOf(databag) }),
    notifies: [{ resource: `nginx_site[${databag.id}]`, action: 'reload' }],
  },
  { kind: 'directory', name: places.nginx },
  tlsListeners(`nginx_site[${databag.id}]`),
  // Without it nginx does not start; cleaners of images and disks like to remove it.
  { kind: 'directory', name: '/var/log/nginx', group: 'adm' },
  { kind: 'file', name: '/etc/nginx/sites-enabled/default', action: 'delete' },
  ...certFiles(databag),
  ...pageFiles(databag),
  ...streamGround(node, databag, `nginx_site[${databag.id}]`),
  proxySite(node, databag),
  { kind: 'service', name: 'nginx', enabled: true, running: true },
  backendsOf(databag),
  ...certsGone(databag),
  ...pagesGone(databag),
];

/** A site beside that of the host, whose nginx it is. */
const guestSite: Recipe = (node, databag) => [
  ...requireSharedProxy(databag),
  ...guestFolder('nginx', databag),
  ...certFiles(databag),
  ...pageFiles(databag),
  ...streamGround(node, databag, `nginx_site[${databag.id}]`),
  proxySite(node, databag),
  backendsOf(databag),
  ...certsGone(databag),
  ...pagesGone(databag),
];

/**
 * How long old workers end their open connections after a reload. Connections of TCP are held for as long as they
 * live, but for those of a guest, whose nginx is its host's.
 */
function shutdownOf({ proxy: { mode } }: Databag): string {
  return mode === 'tcp' ? '24h' : '25m';
}

function leftProxy(node: RecipeNode, databag: Databag): Resource[] {
  return [
    { kind: 'nginx_site', name: databag.id, content: '', action: 'delete', ...siteLock(node) },
    guestFolderGone('nginx', databag),
  ];
}

function backendsOf(databag: Databag): Resource {
  const { algorithm, backends, checks } = databag.proxy;
  return {
    kind: 'nginx_backends',
    name: databag.id,
    generation: databag.generation,
    algorithm,
    backends,
    ...(checks === undefined ? {} : { checks: backendRules(checks) }),
    endpoint: endpointOf(databag),
    path: placesOf(databag).backends,
  };
}
