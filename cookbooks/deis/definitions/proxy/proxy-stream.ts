import { isIPv4 } from 'node:net';
import { renderNodeFile } from '../../../../templates/render.js';
import type { Databag, Neighbour } from '../../../databag.js';
import { defaultTcpTimeout } from '../../../proxy-settings.js';
import { UserError } from '../../../../base/errors.js';
import { isNetwork } from '../../../../base/network.js';
import type { RecipeNode } from '../../../recipe.js';
import type { Resource } from '../../../resource.js';
import { guestNetwork } from '../guest-network.js';
import { networkOf } from '../guest-places.js';
import { places } from '../places.js';

/** Debian's nginx knows `stream` by a module; files of this folder are read before anything else is. */
const streamsFile = '/etc/nginx/modules-enabled/90-deis-streams.conf';
const streamsText = `# Written by Deis. Changes made here are undone by the next converge.
stream {
    include ${places.streams}/*.conf;
}
`;

type Kind = Pick<RecipeNode, 'kind'>;

/** Where a formation of mode tcp is answered, with its text for nginx; undefined: it is one of HTTP. */
export function streamOf(
  node: Kind,
  databag: Databag,
): { readonly port: number; readonly text: string } | undefined {
  const { mode, tcpPort: port = 0, timeoutSeconds: timeout = defaultTcpTimeout, algorithm } = databag.proxy;
  if (mode !== 'tcp') return undefined;
  requireWhole('port', port, 65_535);
  requireWhole('timeout', timeout, 86_400);
  const context = {
    formation: databag.id,
    port,
    timeout,
    algorithm,
    backends: backendsOf(databag),
    allow: allowed(databag),
    neighbours: neighboursOf(node, databag).length === 0 ? '' : neighboursPath(databag),
  };
  return { port, text: renderNodeFile('nginx-stream.conf.njk', context) };
}

/** What must be there before the site of a formation of mode tcp. @param site id of the site's resource */
export function streamGround(node: Kind, databag: Databag, site: string): Resource[] {
  if (databag.proxy.mode !== 'tcp') return [];
  return [...streamModule, ...neighbourhood(node, databag, site), streamBlock(site)];
}

/** nginx's module for streams. */
export const streamPackage: Resource = {
  kind: 'package',
  name: 'nginx-stream',
  packages: ['libnginx-mod-stream'],
};

/** It, and the folder of what sites have it pass on. */
const streamModule: readonly Resource[] = [streamPackage, { kind: 'directory', name: places.streams }];

/** The block that includes that folder. @param site id of the site's resource */
export function streamBlock(site: string): Resource {
  return {
    kind: 'file',
    name: streamsFile,
    content: streamsText,
    notifies: [{ resource: site, action: 'reload' }],
  };
}

/** Containers on another node come with the address of that, and `clients` has it. */
function neighboursOf({ kind }: Kind, { proxy: { neighbours = [] } }: Databag): readonly Neighbour[] {
  return kind === 'box' ? neighbours : [];
}

function neighboursPath({ id }: Databag): string {
  return `${places.streams}/${id}.neighbours`;
}

/**
 * Containers on the proxy's own node come with addresses that Docker has chosen there: nginx is told the network of
 * each neighbour.
 */
function neighbourhood(node: Kind, databag: Databag, site: string): Resource[] {
  const neighbours = neighboursOf(node, databag);
  if (neighbours.length === 0) return [];
  const networks = neighbours.map((neighbour) => networkOf(neighbour) ?? 'bridge');
  const words = ['sh', neighboursPath(databag), ...networks];
  const write = 'wanted "$@" >"$path.new"\nmv -fT -- "$path.new" "$path"';
  const isWritten = '[ "$(cat -- "$path" 2>/dev/null)" = "$(wanted "$@")" ]';
  return [
    ...neighbours.flatMap((neighbour) => guestNetwork(neighbour)),
    {
      kind: 'execute',
      name: `networks that reach ${databag.id}`,
      command: ['sh', '-ec', `${allowNetworks}\n${write}`, ...words],
      notIf: ['sh', '-c', `${allowNetworks}\n${isWritten}`, ...words],
      notifies: [{ resource: site, action: 'reload' }],
    },
  ];
}

/** IPv6 networks of Docker have no proxy that listens. */
const allowNetworks = `path=$1
shift
wanted() {
  echo '# Networks of neighbours.'
  for network in "$@"; do
    docker network inspect --format '{{range .IPAM.Config}}{{println .Subnet}}{{end}}' "$network" |
      sed -n 's|^[0-9.]*/[0-9]*$|allow &;|p'
  done
}`;

function backendsOf({ proxy: { backends } }: Databag): readonly string[] {
  const wrong = backends.find((backend) => !/^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/.test(backend));
  if (wrong !== undefined) throw new UserError(`${wrong} is not address:port`, { field: 'backends' });
  return backends;
}

/** The operator's own networks, and nodes of those that it is attached to. */
function allowed({ proxy: { allow = [], clients = [] } }: Databag): readonly string[] {
  const wrong = allow.find((each) => !isNetwork(each)) ?? clients.find((each) => !isIPv4(each));
  if (wrong !== undefined)
    throw new UserError(`${JSON.stringify(wrong)} is not a valid address or CIDR: expected e.g. 10.0.0.0/8`, {
      field: 'allow',
    });
  return [...new Set([...allow, ...clients])];
}

function requireWhole(field: string, value: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new UserError(`${field} of the proxy is not a valid whole number`, { field });
}
