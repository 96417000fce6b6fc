/** What a provider of OpenID Connect sent the browser back with. */
export interface Returned {
  /** It was to be linked to who is signed in; else somebody signs in. */
  readonly isLink: boolean;
  /** As the API takes it. */
  readonly query: string;
}

/** What the page's address says of that; undefined where nobody comes back. */
export function returned(search: string): Returned | undefined {
  const said = new URLSearchParams(search);
  const state = said.get('state');
  if (state === null || !(said.has('code') || said.has('error'))) return undefined;
  return { isLink: state.startsWith('link.'), query: search };
}
