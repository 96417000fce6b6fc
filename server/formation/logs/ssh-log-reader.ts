import type { LogReader } from '../context/kept/log-reader.js';
import { readLogs, type LogParts } from './fetch-logs.js';
import { followLogs } from './follow-logs.js';
import { mergeLogs } from './merge-logs.js';

/** Reads what the nodes' own Docker keeps, over SSH. */
export function sshLogReader(parts: LogParts): LogReader {
  return {
    read: async (query, signal) => {
      if (query.source === 'deis') return [];
      const { lines, gaps } = await readLogs(parts, query, signal);
      return [...mergeLogs([lines], query.lines), ...gaps];
    },
    follow: (query, onLine, signal) => followLogs(parts, query, onLine, signal),
    kept: () =>
      Promise.resolve({ bytes: 0, files: 0, from: null, to: null, maxBytes: 0, maxDays: 0, server: 'none' }),
  };
}
