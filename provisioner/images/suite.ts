import { UserError } from '../../base/errors.js';

/** Debian suites that images can be of, with the number of their release. */
export const suites = { bookworm: 12, trixie: 13 } as const;
export type Suite = keyof typeof suites;
export const defaultSuite: Suite = 'bookworm';

/** What the images are made of: one choice for the whole machine, whatever the machine itself runs. */
export interface ImageChoice {
  readonly suite: Suite;
  /** URL of a Debian mirror, in place of the one that the host itself uses. */
  readonly mirror?: string | undefined;
}

export const isSuite = (text: string): text is Suite => Object.hasOwn(suites, text);

/** The choice that DEIS_SUITE and DEIS_MIRROR make; empty ones count as unset. @throws UserError */
export function imageChoice(env: Readonly<Record<string, string | undefined>> = process.env): ImageChoice {
  const suite = env['DEIS_SUITE'] || defaultSuite;
  const mirror = env['DEIS_MIRROR'] || undefined;
  if (!isSuite(suite))
    throw new UserError(
      `DEIS_SUITE=${suite} is not a suite of the images: expected ${Object.keys(suites).join(' or ')}`,
      { field: 'DEIS_SUITE' },
    );
  if (mirror !== undefined && !isMirror(mirror))
    throw new UserError(
      `DEIS_MIRROR=${mirror} is not a Debian mirror: expected a URL, e.g. http://deb.debian.org/debian`,
      { field: 'DEIS_MIRROR' },
    );
  return { suite, mirror };
}

/** An http(s) URL that can stand in a line of APT sources. */
export const isMirror = (text: string): boolean => /^https?:\/\/[^\s[\]]+$/.test(text) && URL.canParse(text);
