import { Secret } from '../../../cookbooks/secret.js';

/** The text itself; only for the program, which is a Secret again as a whole. */
export function reveal(value: Secret | string): string {
  return value instanceof Secret ? value.reveal() : value;
}
