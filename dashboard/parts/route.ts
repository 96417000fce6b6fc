import { useEffect, useState } from 'preact/hooks';

/** Where the page is, by the fragment of its address: `#/formations/NAME/TAB/ITEM`. It never reaches a server's log. */
export type Route =
  | { readonly screen: 'formations' }
  | { readonly screen: 'account' }
  | { readonly screen: 'platform' }
  | { readonly screen: 'flavors' }
  | {
      readonly screen: 'formation';
      readonly formation: string;
      readonly tab: Tab;
      readonly item: string | undefined;
    };

export const tabs = [
  'overview',
  'scale',
  'layers',
  'guests',
  'builds',
  'releases',
  'operations',
  'logs',
  'config',
  'domains',
  'services',
  'settings',
  'people',
  'metrics',
  'alerts',
  'terminal',
  'audit',
] as const;
export type Tab = (typeof tabs)[number];

/** The route of a fragment; what is none leads to the list of formations. */
export function parseRoute(fragment: string): Route {
  const [, room, formation, tab, item] = fragment.split('/').map(decoded);
  if (room === 'account' || room === 'platform' || room === 'flavors') return { screen: room };
  if (room !== 'formations' || formation === undefined || formation === '') return { screen: 'formations' };
  const known = tabs.find((each) => each === tab) ?? 'overview';
  return { screen: 'formation', formation, tab: known, item: item === '' ? undefined : item };
}

/** The fragment of a place within a formation. */
export function linkTo(formation: string, tab: Tab = 'overview', item?: string): string {
  const parts = [formation, tab, ...(item === undefined ? [] : [item])];
  return `#/formations/${parts.map(encodeURIComponent).join('/')}`;
}

export function goTo(link: string): void {
  location.hash = link;
}

/** The route with the fragment that says it, and each further one. */
export function useRoute(): { readonly route: Route; readonly fragment: string } {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setFragment(location.hash);
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return { route: parseRoute(fragment), fragment };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Goes to where an operation is followed, once it was taken. */
export async function goToOperation(
  asked: Promise<{ readonly formation: string; readonly id: string }>,
): Promise<void> {
  const { formation, id } = await asked;
  goTo(linkTo(formation, 'operations', id));
}
