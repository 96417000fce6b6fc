import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startController } from '../control-plane/api-controller.js';

const slugMb = 10;
/** Bytes of text in a row. */
const rowBytes = 1_000;

/** A controller that has run once on a database, and holds so much. Resolves to its data directory. */
export async function fillController(
  folder: string,
  databaseUrl: string,
  { databaseMb, slugsMb }: { readonly databaseMb: number; readonly slugsMb: number },
): Promise<string> {
  const controller = await startController(folder, databaseUrl);
  await controller.stop();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into audit_entries (actor, action, target)
       select 'ada', 'GET /formations', jsonb_build_object('text',
         (select string_agg(md5(n::text || ' ' || i), '') from generate_series(1, $2::int) i))
       from generate_series(1, $1::int) n`,
      [Math.round((databaseMb * 1e6) / rowBytes), Math.floor(rowBytes / 32)],
    );
  } finally {
    await client.end();
  }
  const dataDir = join(folder, 'controller');
  for (let left = slugsMb; left > 0; left -= slugMb) {
    const slug = randomBytes(Math.min(left, slugMb) * 1e6);
    const place = join(dataDir, 'slugs', createHash('sha256').update(slug).digest('hex'));
    await mkdir(place, { recursive: true, mode: 0o700 });
    await writeFile(join(place, 'app.tgz'), slug);
  }
  return dataDir;
}
