import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServedProcess } from './served-process.js';

/** Of the first user. */
export const password = 'correct horse battery';

/** A controller's API on a database, and nothing beside. @param env further settings */
export async function startController(
  folder: string,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServedProcess> {
  const dataDir = join(folder, 'controller');
  const facts = join(dataDir, 'controller.json');
  return ServedProcess.start({
    name: 'controller',
    folder,
    args: [fileURLToPath(new URL('../../bin/deis-controller.js', import.meta.url))],
    env: {
      DATABASE_URL: databaseUrl,
      DEIS_DATA_DIR: dataDir,
      DEIS_ROLES: 'api',
      DEIS_PORT: '0',
      DEIS_LOG_LEVEL: 'info',
      ...env,
    },
    findUrl: async () =>
      existsSync(facts) ? (JSON.parse(await readFile(facts, 'utf8')) as { url: string }).url : undefined,
  });
}

/** The first user, ada; resolves to their token. */
export async function register(url: string): Promise<string> {
  const body = JSON.stringify({
    username: 'ada',
    password,
    email: 'ada@example.com',
  });
  const answer = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  if (!answer.ok) throw new Error(`registering: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}
