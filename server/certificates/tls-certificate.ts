import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf, UserError } from '../../base/errors.js';

/** Paths of PEM files. */
export interface TlsFiles {
  /** The certificate, then its chain. */
  readonly certificate: string;
  readonly key: string;
}

/** How often the files are looked at: renewals swap links as often as contents, which only looking finds. */
const lookEveryMs = 5_000;

/** A certificate with its key, as files or the database had it at one moment. */
export interface TlsPair extends SecureContextOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate that the API shows. */
export interface ShownCertificate {
  readonly pair: TlsPair;
  /** Calls back with each pair that takes its place, until what it returns is called. */
  readonly watch: (use: (pair: TlsPair) => void) => () => void;
  /** How often in a row the order of the next one has come to nothing, by the last look. */
  readonly failures: () => number;
}

/**
 * A certificate with its key, as its files have it now. @throws UserError when one cannot be read, or they do
 * not belong together
 */
export async function readTlsFiles(files: TlsFiles): Promise<TlsPair> {
  const { certificate, key } = files;
  const pair = await readBoth(files);
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw new UserError(
      `DEIS_TLS_CERT=${certificate} and DEIS_TLS_KEY=${key} cannot be used together: ${messageOf(cause)}`,
      { cause },
    );
  }
  return pair;
}

/**
 * Calls back with the pair when its files hold another one than `known`, and with the error, once for each state
 * of the files, when they do not make a pair (the second file is still to come, as a rule). The returned function
 * ends that.
 */
export function watchTlsFiles(
  files: TlsFiles,
  known: TlsPair,
  onPair: (pair: TlsPair) => void,
  onTrouble: (error: unknown) => void,
  everyMs = lookEveryMs,
): () => void {
  let seen = textOf(known);
  return lookEvery(everyMs, async (isOver) => {
    const found = await readBoth(files).then(textOf, messageOf);
    if (found === seen || isOver()) return;
    seen = found;
    await readTlsFiles(files).then(onPair, onTrouble);
  });
}

/**
 * Looks again `everyMs` after each look has ended, until what this returns is called; it keeps no process alive.
 * @param look must not reject; it is told whether it is over, which it may be by the time that it has seen something
 */
export function lookEvery(everyMs: number, look: (isOver: () => boolean) => Promise<void>): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout;
  const later = (): void => {
    timer = setTimeout(() => void look(() => isOver).finally(() => isOver || later()), everyMs).unref();
  };
  later();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

async function readBoth({ certificate, key }: TlsFiles): Promise<TlsPair> {
  return {
    cert: await read('DEIS_TLS_CERT', certificate),
    key: await read('DEIS_TLS_KEY', key),
    minVersion: 'TLSv1.2',
  };
}

/** What tells one pair from another, and from the message of an error. */
function textOf({ cert, key }: TlsPair): string {
  return createHash('sha256').update(cert).update(key).digest('hex');
}

async function read(setting: string, path: string): Promise<Buffer> {
  return readFile(path).catch((cause: Error) => {
    throw new UserError(`${setting}: ${cause.message}`, { cause });
  });
}
