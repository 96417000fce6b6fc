import { renderNodeFile } from '../../../templates/render.js';
import { Secret } from '../../../base/secret.js';
import { UserError } from '../../../base/errors.js';
import type { Databag, DatabagLogs } from '../../databag.js';
import type { RecipeNode } from '../../recipe.js';
import type { Resource } from '../../resource.js';
import { guestFolders } from './guest-places.js';
import { places } from './places.js';

/** Names in certificates, by which nodes and the log server know each other. */
export const logPeers = { server: 'log.deis.internal', node: 'node.deis.internal' } as const;

const unit = 'deis-logs';
const dockerContainers = '/var/lib/docker/containers';
/** None of these is worth a deploy: apps run, and their logs can be read on the node. */
const ignoreFailure = true;
const notifies = [{ resource: `service[${unit}]`, action: 'restart' as const }];

/**
 * Debian's rsyslogd, in a process of its own beside the system's: sends what Docker keeps of the formation's
 * containers to the log server. Nothing where the databag names none, or has no certificate for this node.
 */
export function logSender(node: RecipeNode, { logs, hasGuests }: Databag): Resource[] {
  const own = logs?.nodes[node.name];
  if (logs === undefined || own === undefined) return [];
  return [
    {
      kind: 'package',
      name: 'rsyslog',
      packages: ['rsyslog', 'rsyslog-relp'],
      notIf: ['sh', '-c', 'test -x /usr/sbin/rsyslogd && ls /usr/lib/*/rsyslog/omrelp.so >/dev/null 2>&1'],
      ignoreFailure,
    },
    { kind: 'directory', name: places.logSender, mode: '0700' },
    { kind: 'directory', name: places.logSpool, mode: '0700' },
    ...(hasGuests ? [guestsFolder] : []),
    ownFile('authority.pem', logs.authority),
    ownFile('node.pem', own.certificate),
    ownFile('node.key', new Secret(own.key ?? '')),
    ownFile('rsyslog.conf', new Secret(senderConf(node, logs, hasGuests ? guestFolders.logs : ''))),
    {
      kind: 'file',
      name: `/etc/systemd/system/${unit}.service`,
      content: renderNodeFile('deis-logs.service.njk', { conf: `${places.logSender}/rsyslog.conf` }),
      notifies,
      ignoreFailure,
    },
    sender(['test', '-x', '/usr/sbin/rsyslogd']),
  ];
}

const guestsFolder: Resource = { kind: 'directory', name: guestFolders.logs, mode: '0700' };

function sender(onlyIf: readonly string[]): Resource {
  return { kind: 'service', name: unit, enabled: true, running: true, onlyIf, ignoreFailure };
}

/**
 * How the host's process on the node sends the lines of a guest: under the guest's own key, which names it to the log
 * server. Nothing where the guest's lines stay on their nodes.
 */
export function guestLogs({ name: node }: RecipeNode, { id, logs }: Databag): Resource[] {
  const key = logs?.nodes[node] === undefined ? undefined : logs.key;
  if (key === undefined) return [];
  const content = new Secret(guestSettings({ formation: id, key }));
  return [
    guestsFolder,
    { kind: 'file', name: guestConf(id), mode: '0600', content, notifies, ignoreFailure },
    sender(hostSends),
  ];
}

/** The same of a guest that goes. */
export function guestLogsGone({ id }: Databag): Resource[] {
  const file = { kind: 'file', name: guestConf(id), action: 'delete', notifies, ignoreFailure } as const;
  return [{ ...file, onlyIf: hostSends }, sender(hostSends)];
}

const hostSends = ['test', '-e', `/etc/systemd/system/${unit}.service`];

function guestConf(id: string): string {
  return `${guestFolders.logs}/${id}.conf`;
}

function ownFile(name: string, content: string | Secret): Resource {
  const path = `${places.logSender}/${name}`;
  return { kind: 'file', name: path, mode: '0600', content, notifies, ignoreFailure };
}

function senderConf(
  { name: node }: RecipeNode,
  { host, port, key = '' }: DatabagLogs,
  guests: string,
): string {
  if (!/^[A-Za-z0-9.:-]+$/.test(host))
    throw new UserError(`${JSON.stringify(host)} is not a valid host of the log server`, {
      field: 'logs.host',
    });
  return senderSettings({
    node,
    host,
    port,
    key,
    containers: dockerContainers,
    folder: places.logSender,
    spool: places.logSpool,
    guests,
  });
}

/** What it is told of a guest beside that. */
export function guestSettings(context: { readonly formation: string; readonly key: string }): string {
  return renderNodeFile('log-sender-guest.conf.njk', context);
}

/** What rsyslogd on a node is told; the key is in it. Paths and names hold neither quotes nor dollar signs. */
export function senderSettings(context: {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly key: string;
  /** Docker's folder of containers. */
  readonly containers: string;
  /** Where `authority.pem`, `node.pem` and `node.key` are. */
  readonly folder: string;
  /** Where it remembers how far it is, and keeps what it could not send. */
  readonly spool: string;
  /** Where the settings of guests are; absent or empty: there are none. */
  readonly guests?: string;
}): string {
  return renderNodeFile('log-sender.conf.njk', { guests: '', ...context, peer: logPeers.server });
}
