import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MadeCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

/**
 * A self-signed certificate of openssl; `days` may be 0 for one that has expired, and `address` stands beside
 * its names.
 */
export function makeCertificate(names: readonly string[], days = 2, address?: string): MadeCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'deis-certificate-'));
  const at = (file: string): string => join(folder, file);
  try {
    const alternatives = [...names.map((name) => `DNS:${name}`), ...(address ? [`IP:${address}`] : [])].join(
      ',',
    );
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        at('key'),
        '-out',
        at('crt'),
        '-days',
        String(days),
        '-subj',
        `/CN=${names[0]}`,
        '-addext',
        `subjectAltName=${alternatives}`,
      ],
      { stdio: 'ignore' },
    );
    return { certificate: readFileSync(at('crt'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
