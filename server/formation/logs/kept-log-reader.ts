import type { KeptLines } from '../context/kept/kept-lines.js';
import type { LogReader } from '../context/kept/log-reader.js';
import { noLines, readLogs, type LogParts } from './fetch-logs.js';
import { followLogs } from './follow-logs.js';
import { readKeptLines } from './kept-feed.js';
import { linesBeside, mergeLogs } from './merge-logs.js';

/**
 * Reads what the log server keeps, and what the nodes' own Docker keeps: a line that both have is given once.
 * So there is nothing that the nodes alone would have shown and this does not, whatever stands between a node
 * and the log server.
 */
export function keptLogReader(parts: LogParts, kept: KeptLines): LogReader {
  return {
    read: async (query, signal) => {
      const [direct, lines, notes] = await Promise.all([
        query.source === 'deis' ? noLines : readLogs(parts, query, signal),
        readKeptLines(kept, query, signal),
        awayNotes(parts, kept),
      ]);
      const merged = mergeLogs([linesBeside(lines, direct.lines), direct.lines], query.lines);
      return [...merged, ...direct.gaps, ...notes];
    },
    follow: async (query, onLine, signal) => {
      for (const note of await awayNotes(parts, kept)) onLine(note);
      await followLogs(parts, query, onLine, signal, kept);
    },
    kept: async (formationId) => {
      const [info, isThere] = await Promise.all([kept.info(formationId), kept.isThere()]);
      return { ...info, server: isThere === undefined ? 'none' : isThere ? 'running' : 'away' };
    },
  };
}

/** Says when lines may be missing that no node has any more. */
async function awayNotes({ now }: Pick<LogParts, 'now'>, kept: KeptLines): Promise<string[]> {
  if ((await kept.isThere()) !== false) return [];
  return [
    `${now().toISOString()} deis[controller]: the log server is away: newer lines are read from the nodes, ` +
      'and those of nodes and containers that are gone come later',
  ];
}
