import { join } from 'node:path';
import { outerHost } from '../addresses.js';
import type { FormationParts } from '../formation/context/formation-parts.js';
import type { KeptLines } from '../formation/context/kept/kept-lines.js';
import { followKept } from '../log/follow-kept.js';
import { keptFolder, listSegments } from '../log/kept-logs.js';
import { answersAt } from '../log/log-server.js';
import { isWanted, readKept } from '../log/read-kept.js';
import { LogAuthority } from '../log/log-authority.js';
import { announcedServer } from '../log/announced-server.js';
import type { Settings } from '../settings/settings.js';
import type { Stores } from '../store/stores.js';

/** What every process knows of the logs that are kept. */
export interface Logs {
  readonly authority: LogAuthority;
  /** Of the log server. */
  readonly folder: string;
  /** Where a formation's lines lie. */
  readonly folderOf: (formationId: number) => string;
  readonly sending: NonNullable<FormationParts['logSending']>;
}

/** Opens the authority, and knows where lines lie, whoever runs the log server. */
export async function openLogs(settings: Settings, stores: Stores): Promise<Logs> {
  const authority = await LogAuthority.open(stores.instanceFacts);
  const folder = join(settings.dataDir, 'logs');
  return {
    authority,
    folder,
    folderOf: (formationId) => keptFolder(folder, authority.formationKey(formationId)),
    sending: async (formationId, nodes, [controller]) => {
      const server = await announcedServer(stores.instanceFacts);
      if (server === undefined) return undefined;
      const own = nodes.map(async (node) => {
        const { certificate, key } = await authority.ofNode(node);
        return [node.id, { certificate, key: key.reveal() }] as const;
      });
      return {
        host: hostForNodes(settings, controller),
        port: server.port,
        authority: authority.certificate,
        key: authority.formationKey(formationId),
        nodes: Object.fromEntries(await Promise.all(own)),
      };
    },
  };
}

/** What is kept, for the domain. The process that has the log server may be another one. */
export function keptLogs(
  { logs: { maxBytes, maxDays } }: Pick<Settings, 'logs'>,
  stores: Stores,
  { folderOf }: Pick<Logs, 'folderOf'>,
): KeptLines {
  return {
    isThere: async () => {
      const server = await announcedServer(stores.instanceFacts);
      return server && answersAt(server.host, server.port);
    },
    read: ({ formation, ...query }, signal) => readKept(folderOf(formation.id), query, signal),
    follow: ({ formation, ...query }, onLine, options) =>
      followKept(folderOf(formation.id), (line) => void (isWanted(query, line) && onLine(line)), options),
    info: async (formationId) => {
      const segments = await listSegments(folderOf(formationId));
      return {
        bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
        files: segments.length,
        from: segments[0]?.from ?? null,
        to: segments.at(-1)?.to ?? null,
        maxBytes,
        maxDays,
      };
    },
  };
}

/** As nodes reach the slug server, unless it is said. */
function hostForNodes({ logs, slug }: Settings, controller: string | undefined): string {
  if (logs.host !== undefined) return logs.host;
  if (slug.nodeUrl !== undefined) return new URL(slug.nodeUrl).hostname.replace(/^\[|\]$/g, '');
  return controller ?? outerHost(logs.bind).replace(/^\[|\]$/g, '');
}
