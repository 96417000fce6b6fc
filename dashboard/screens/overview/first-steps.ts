import type { Formation, Info } from '../../api/types.js';

/**
 * Whether somebody is told how the app gets here: nothing is live yet, and they may push. A host may be there for its
 * guests alone.
 */
export function awaitsPush({
  live_release: live,
  may,
  guests,
}: Pick<Formation, 'live_release' | 'may' | 'guests'>): boolean {
  return live === null && may.includes('push') && guests.length === 0;
}

/** Whether nothing could run, because no layer is to have a node; a guest runs on those of its host. */
export function lacksNodes({ on, layers }: Pick<Formation, 'on' | 'layers'>): boolean {
  return on === null && Object.values(layers).every(({ count }) => count === 0);
}

/** What is typed in the folder of the app, whose files are committed. */
export function pushCommands({ git_url: url }: Pick<Formation, 'git_url'>): readonly string[] {
  return [`git remote add deis ${url}`, 'git push deis HEAD:master'];
}

/** Lines of known_hosts (sshd(8)) by which ssh knows the git endpoint: the host is bare on port 22. */
export function knownHostsLines({ host, port, host_keys: keys }: Info['git']): readonly string[] {
  const bare = host.replace(/^\[|\]$/g, '');
  return keys.map((key) => `${port === 22 ? bare : `[${bare}]:${port}`} ${key}`);
}
