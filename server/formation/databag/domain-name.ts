import { UserError } from '../../../base/errors.js';

/** A name of at least two labels in lower case (RFC 1123), or a wildcard in the place of its first. */
export const domainForm =
  /^(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What a person types as a domain, as it is kept: case, blanks around it and a final dot do not count. */
export function sameDomain(text: string): string {
  return text.trim().toLowerCase().replace(/\.$/, '');
}

/** As sameDomain, for a new one. @throws UserError for what is no domain */
export function parseDomain(text: string): string {
  const name = sameDomain(text);
  if (domainForm.test(name)) return name;
  throw new UserError(
    `${JSON.stringify(text)} is not a valid domain: expected a name like www.example.com or *.example.com, in ` +
      'ASCII (xn--... for others)',
    { field: 'domain' },
  );
}

/** Whether a certificate's name is good for a domain: itself, or a wildcard for one label (RFC 6125). */
export function covers(certified: string, domain: string): boolean {
  return (
    certified === domain ||
    (certified.startsWith('*.') &&
      domain.slice(domain.indexOf('.')) === certified.slice(1) &&
      !domain.startsWith('*.'))
  );
}
