import { renderNodeFile } from '../../../templates/render.js';
import { Secret } from '../../../base/secret.js';
import { UserError } from '../../../base/errors.js';
import type { Databag, DatabagLogs } from '../../databag.js';
import type { RecipeNode } from '../../recipe.js';
import type { Resource } from '../../resource.js';
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
export function logSender(node: RecipeNode, { logs }: Databag): Resource[] {
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
    ownFile('authority.pem', logs.authority),
    ownFile('node.pem', own.certificate),
    ownFile('node.key', new Secret(own.key ?? '')),
    ownFile('rsyslog.conf', new Secret(senderConf(node, logs))),
    {
      kind: 'file',
      name: `/etc/systemd/system/${unit}.service`,
      content: renderNodeFile('deis-logs.service.njk', { conf: `${places.logSender}/rsyslog.conf` }),
      notifies,
      ignoreFailure,
    },
    {
      kind: 'service',
      name: unit,
      enabled: true,
      running: true,
      onlyIf: ['test', '-x', '/usr/sbin/rsyslogd'],
      ignoreFailure,
    },
  ];
}

function ownFile(name: string, content: string | Secret): Resource {
  const path = `${places.logSender}/${name}`;
  return { kind: 'file', name: path, mode: '0600', content, notifies, ignoreFailure };
}

function senderConf({ name: node }: RecipeNode, { host, port, key = '' }: DatabagLogs): string {
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
  });
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
}): string {
  return renderNodeFile('log-sender.conf.njk', { ...context, peer: logPeers.server });
}
