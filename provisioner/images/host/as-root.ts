import { execa, type Options } from 'execa';
import { UserError } from '../../../base/errors.js';

/** Milliseconds for a command that only looks something up. */
export const lookUpMs = 30_000;

/** True when this process may act as root: it is root, or sudo asks no password. */
export async function canActAsRoot(): Promise<boolean> {
  if (process.getuid?.() === 0) return true;
  const { failed } = await execa('sudo', ['-n', 'true'], { reject: false, timeout: lookUpMs });
  return !failed;
}

/** @throws UserError saying what needs root, unless this process may act as root. */
export async function requireRoot(what: string): Promise<void> {
  if (await canActAsRoot()) return;
  throw new UserError(
    `${what} needs root: run this as root, or as a user whose sudo asks no password (sudo -n true must work)`,
  );
}

/**
 * Starts a command as root, through sudo where this process is not. `options` says when it is ended at the
 * latest. Rejects as execa does on a non-zero exit.
 */
export function asRoot<T extends Options>(command: readonly string[], options: T) {
  const [file, ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
  return execa(file!, args, options);
}
