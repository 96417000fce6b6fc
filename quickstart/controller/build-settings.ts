import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../place.js';

const hostBundle = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Settings of the controller that let builds reach what this person's npm reaches: its registry, and with
 * NODE_EXTRA_CA_CERTS a bundle of the host's authorities and those.
 */
export function buildSettings(
  place: Place,
  registry: string,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const extra = env['NODE_EXTRA_CA_CERTS'];
  const needsBundle =
    env['DEIS_CA_BUNDLE'] === undefined && extra !== undefined && existsSync(extra) && !isHostBundle(extra);
  return {
    DEIS_NPM_REGISTRY: registry,
    ...(needsBundle ? { DEIS_CA_BUNDLE: joinedBundle(place, extra) } : {}),
  };
}

function isHostBundle(path: string): boolean {
  return existsSync(hostBundle) && realpathSync(path) === realpathSync(hostBundle);
}

function joinedBundle(place: Place, extra: string): string {
  const path = join(place.dataDir, 'ca-bundle.pem');
  mkdirSync(place.dataDir, { recursive: true, mode: 0o755 });
  const host = existsSync(hostBundle) ? readFileSync(hostBundle, 'utf8') : '';
  writeFileSync(path, `${host}\n${readFileSync(extra, 'utf8')}`, { mode: 0o644 });
  return path;
}
