const tabs = [
  ...['overview', 'scale', 'layers', 'guests', 'builds', 'releases', 'operations', 'logs', 'config'],
  ...['domains', 'services', 'settings', 'people', 'metrics', 'alerts', 'terminal', 'audit'],
];

/** Fragments of the screens of a formation. */
export const screensOf = (formation: string): readonly string[] =>
  tabs.map((tab) => `formations/${formation}/${tab}`);

/** The same of every screen that a platform admin can open, and of one operation. */
export const allScreens = (formation: string, operation: string): readonly string[] => [
  ...['', 'account', 'flavors', 'platform'],
  ...screensOf(formation),
  `formations/${formation}/operations/${operation}`,
];
