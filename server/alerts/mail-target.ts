import { UserError } from '../../base/errors.js';
import { isMailAddress } from '../mail-address.js';

const scheme = 'mailto:';

/** What a hook to an address meets where the operator gave no mail server. */
export const noMail = 'no mails are sent: the operator sets DEIS_SMTP_URL and DEIS_SMTP_FROM';

/** The address of `mailto:on-call@example.com`; undefined for a URL of another scheme. */
export function addressOf(url: string): string | undefined {
  return url.startsWith(scheme) ? url.slice(scheme.length) : undefined;
}

/** @throws UserError for what is not one plain address */
export function requireMailAddress(address: string): void {
  if (isMailAddress(address)) return;
  throw new UserError(
    `mailto:${address} is not a valid address: expected one address, e.g. mailto:on-call@example.com`,
    { field: 'url' },
  );
}

/** What is shown of an address: what it begins with may be a secret, as that of a URL. */
export function shownOf(address: string): string {
  return address.slice(address.lastIndexOf('@'));
}
