import type { Claims } from './allow-rule.js';

/** As `username` of http/input/names.ts has it. */
const maxLength = 63;
/** Of somebody whose claims hold no letter that a username may have. */
const nameless = 'user';

/** A valid username as near to what the provider calls them as can be. */
export function usernameOf(claims: Claims): string {
  const { preferred_username: preferred, email, name } = claims;
  for (const said of [preferred, email, name]) {
    const made = typeof said === 'string' ? toUsername(said) : '';
    if (made !== '') return made;
  }
  return nameless;
}

/** The same for the second who would have that name, and each further one. */
export function numbered(username: string, n: number): string {
  if (n === 1) return username;
  const end = `-${n}`;
  return `${username.slice(0, maxLength - end.length)}${end}`;
}

function toUsername(said: string): string {
  return said
    .slice(0, 1000)
    .replace(/@.*$/s, '')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .replace(/-+$/, '')
    .slice(0, maxLength);
}
