import { randomBytes } from 'node:crypto';
import { Secret as OtpSecret, TOTP } from 'otpauth';
import type { Secret } from '../../../base/secret.js';
import { hashToken } from './token.js';

/** Seconds that a code stands for (RFC 6238); those of one step before and one after are taken, too. */
const period = 30;
const window = 1;
/** Bytes of a secret, as RFC 4226 recommends. */
const secretBytes = 20;
/** Codes for who has lost the authenticator app, each good once. */
export const maxRecoveryCodes = 10;
/** 80 bits, in groups of four. */
const recoveryBytes = 10;

/** A new secret for an authenticator app, base32. */
export function newTotpSecret(): string {
  return new OtpSecret({ size: secretBytes }).base32;
}

/** The `otpauth:` URI that authenticator apps read. @param issuer what the app calls the place */
export function totpUri(secret: string, username: string, issuer: string): string {
  return totpOf(secret, username, issuer).toString();
}

/** The step of time whose code this is; undefined for a wrong one. A step's code is to be taken once. */
export function stepOfCode(secret: Secret, code: string, now: Date): number | undefined {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const timestamp = now.getTime();
  const delta = totpOf(secret.reveal(), '', '').validate({ token, timestamp, window });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / period) + delta;
}

/** Recovery codes as people write them down: `abcd-efgh-ijkl-mnop`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: maxRecoveryCodes }, () =>
    new OtpSecret({ buffer: new Uint8Array(randomBytes(recoveryBytes)).buffer }).base32
      .toLowerCase()
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  );
}

/** What is kept of a recovery code; blanks, dashes and capitals make no difference. */
export function hashRecoveryCode(code: string): string {
  return hashToken(code.toLowerCase().replaceAll(/[\s-]/g, ''));
}

function totpOf(secret: string, label: string, issuer: string): TOTP {
  return new TOTP({
    issuer,
    label,
    secret: OtpSecret.fromBase32(secret),
    period,
    digits: 6,
    algorithm: 'SHA1',
  });
}
