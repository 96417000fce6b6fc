import type { DatabagPart, Recipe } from '../../recipe.js';
import { renderNodeFile } from '../../../templates/render.js';
import { backendRules } from '../definitions/backend-rules.js';
import { places } from '../definitions/places.js';
import { certFiles, certsGone } from '../definitions/proxy-certs.js';
import { proxyEndpoint } from '../definitions/proxy-endpoint.js';
import { tlsListeners } from '../definitions/proxy-listen.js';
import { pageFiles, pagesGone } from '../definitions/proxy-pages.js';
import { proxySite } from '../definitions/proxy-site.js';

/** What the recipe reads of the databag. */
export const proxyNeeds: readonly DatabagPart[] = ['proxy'];

/** A node that passes requests on to the app's containers: nginx, whose backends change without a reload. */
export const proxyRecipe: Recipe = (node, databag) => [
  { kind: 'package', name: 'nginx', packages: ['nginx', 'libnginx-mod-http-lua'] },
  {
    kind: 'file',
    name: '/etc/nginx/nginx.conf',
    content: renderNodeFile('nginx.conf.njk', {}),
    notifies: [{ resource: `nginx_site[${databag.id}]`, action: 'reload' }],
  },
  { kind: 'directory', name: places.nginx },
  tlsListeners(`nginx_site[${databag.id}]`),
  // Without it nginx does not start; cleaners of images and disks like to remove it.
  { kind: 'directory', name: '/var/log/nginx', group: 'adm' },
  { kind: 'file', name: '/etc/nginx/sites-enabled/default', action: 'delete' },
  ...certFiles(databag),
  ...pageFiles(databag),
  proxySite(node, databag),
  { kind: 'service', name: 'nginx', enabled: true, running: true },
  {
    kind: 'nginx_backends',
    name: databag.id,
    generation: databag.generation,
    algorithm: databag.proxy.algorithm,
    backends: databag.proxy.backends,
    ...(databag.proxy.checks === undefined ? {} : { checks: backendRules(databag.proxy.checks) }),
    endpoint: proxyEndpoint,
    path: places.backends,
  },
  ...certsGone(databag),
  ...pagesGone(databag),
];
