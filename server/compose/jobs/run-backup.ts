import { setPriority } from 'node:os';
import { execa } from 'execa';
import type { Logger } from 'pino';
import { canOpen, type OpeningKeys } from '../../backup/backup-keys.js';

/** A backup, or its verification; what takes longer is given up. */
export const backupDeadlineMs = 6 * 3600_000;
/** As `nice` counts: everybody goes before it. */
const priority = 10;
const maxSaid = 2_000;

/**
 * Makes a backup and, where the settings have what opens it, verifies it: in processes of their own, which take neither
 * memory nor time from those who wait for the controller. @param program this controller's own, with its arguments
 */
export async function backUp(
  keys: OpeningKeys,
  log: Logger,
  signal: AbortSignal,
  program = ownProgram(),
): Promise<void> {
  for (const verb of canOpen(keys) ? (['create', 'verify'] as const) : (['create'] as const))
    await runVerb(verb, log, signal, backupDeadlineMs, program);
}

/** Runs `deis-controller backup VERB` with the settings of this process, behind everybody else. @throws Error */
export async function runVerb(
  verb: 'create' | 'verify' | 'base',
  log: Logger,
  signal: AbortSignal,
  timeout: number,
  [file = '', ...args] = ownProgram(),
): Promise<void> {
  const child = execa(file, [...args, 'backup', verb], {
    stdin: 'ignore',
    cancelSignal: signal,
    timeout,
    reject: false,
  });
  if (child.pid !== undefined) lower(child.pid);
  const { exitCode, stdout, stderr } = await child;
  signal.throwIfAborted();
  if (exitCode !== 0) throw new Error(`backup ${verb}: ${stderr.slice(-maxSaid)}`);
  log.info({ said: stdout.slice(-maxSaid) }, `backup ${verb}`);
}

/** This controller's own, with its arguments. */
export function ownProgram(): readonly string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}

function lower(pid: number): void {
  try {
    setPriority(pid, priority);
  } catch {
    // It has ended.
  }
}
