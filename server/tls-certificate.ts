import { watchFile, unwatchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { UserError } from '../base/errors.js';

/** Paths of PEM files. */
export interface TlsFiles {
  /** The certificate, then its chain. */
  readonly certificate: string;
  readonly key: string;
}

/** How often the files are looked at: renewals swap links as often as contents, which only looking finds. */
const lookEveryMs = 5_000;

/**
 * A certificate with its key, as its files have it now. @throws UserError when one cannot be read, or they do
 * not belong together
 */
export async function readTlsFiles({ certificate, key }: TlsFiles): Promise<SecureContextOptions> {
  const options: SecureContextOptions = {
    cert: await read('DEIS_TLS_CERT', certificate),
    key: await read('DEIS_TLS_KEY', key),
    minVersion: 'TLSv1.2',
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new UserError(
      `DEIS_TLS_CERT=${certificate} and DEIS_TLS_KEY=${key} cannot be used together: ` +
        `${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  return options;
}

/**
 * Calls back with the pair after each change of its files, and with the error when they do not make a pair
 * (the second file is still to come, as a rule). The returned function ends that.
 */
export function watchTlsFiles(
  files: TlsFiles,
  onPair: (options: SecureContextOptions) => void,
  onTrouble: (error: unknown) => void,
  everyMs = lookEveryMs,
): () => void {
  const look = (): void => void readTlsFiles(files).then(onPair, onTrouble);
  const paths = [files.certificate, files.key];
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, look);
  return () => paths.forEach((path) => unwatchFile(path, look));
}

async function read(setting: string, path: string): Promise<Buffer> {
  return readFile(path).catch((cause: Error) => {
    throw new UserError(`${setting}: ${cause.message}`, { cause });
  });
}
