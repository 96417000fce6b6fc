import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { path, yesOrNo } from '../setting-schemas.js';

const directory = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).protocol === 'https:',
    'is not a valid https URL: expected e.g. https://acme-v02.api.letsencrypt.org/directory',
  );
const dnsServers = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine(
    (all) => all.every(isDnsServer),
    'is not a valid comma-separated list of DNS servers: expected e.g. 9.9.9.9,10.0.0.2:5353',
  );

/** The settings of certificates that the controller orders itself. */
export const acmeDefinitions = {
  DEIS_ACME_URL: {
    schema: directory.default('https://acme-v02.api.letsencrypt.org/directory'),
    help: 'directory of the CA that `certs:auto` orders certificates from (ACME, RFC 8555)',
  },
  DEIS_ACME_AGREE: {
    schema: yesOrNo.prefault('no'),
    help: 'yes: you agree to the terms of service of that CA; nothing is ordered without it',
  },
  DEIS_ACME_EMAIL: {
    schema: z
      .string()
      .regex(/^[^\s@,<>]+@[^\s@,<>]+$/, 'is not a valid address: expected e.g. ops@example.com')
      .optional(),
    shown: 'none',
    help: 'address that the CA may write to',
  },
  DEIS_ACME_CA_BUNDLE: {
    schema: path.refine(existsSync, 'does not exist').optional(),
    shown: 'DEIS_CA_BUNDLE',
    help: "certificate authorities that speak for the CA's own host, PEM: for a private CA",
  },
  DEIS_ACME_DNS: {
    schema: dnsServers.optional(),
    shown: 'those of this host',
    help: 'DNS servers that are asked for a name before it is ordered',
  },
  DEIS_ACME_NAMES: {
    schema: z
      .string()
      .regex(/^\d+$/, 'is not a valid whole number: expected 1 to 100')
      .transform(Number)
      .pipe(z.number().min(1, 'must be at least 1').max(100, 'must be at most 100'))
      .prefault('100'),
    help: 'names of one certificate, as many as the CA allows',
  },
};

/** An address, with a port if need be: `9.9.9.9`, `9.9.9.9:5353`, `[2620:fe::fe]:53`. */
function isDnsServer(text: string): boolean {
  const [, bare] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? [];
  if (bare !== undefined) return isIP(bare) === 6;
  return isIP(text) !== 0 || isIP(text.replace(/:\d{1,5}$/, '')) === 4;
}
