import type { SshTarget } from '../ssh/transport.js';

/** No resolver may ever answer names below it (RFC 6761). */
const domain = 'mock.invalid';
/** The network of benchmarks (RFC 2544), where no machine answers. */
const form = /^198-1[89]-\d{1,3}-\d{1,3}\.mock\.invalid$/;

/** The host name of a machine that is on paper: `198-18-0-1.mock.invalid`. @param address of 198.18.0.0/15 */
export function paperHost(address: string): string {
  return `${address.replaceAll('.', '-')}.${domain}`;
}

/** Whether that is a machine on paper: nothing is ever dialled there. */
export function isOnPaper({ address }: Pick<SshTarget, 'address'>): boolean {
  return form.test(address);
}
