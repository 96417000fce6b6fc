import type { Database } from './database.js';
import type { SecretBox } from './secret-box.js';

/** Rows per transaction: each is a moment's lock. */
const usualBatch = 100;

interface EncryptedColumn {
  readonly table: string;
  readonly column: string;
}

export interface ResealOptions {
  readonly batch?: number;
  /**
   * Told how many boxes were sealed anew so far, after each batch; what it throws ends the work between two
   * batches.
   */
  readonly onProgress?: (resealed: number) => void;
}

/**
 * Seals every box of the database anew that is not under the newest key: in columns named `*_encrypted`,
 * whose places are `table.column` by convention. In small transactions, so that it may be killed at any time
 * and goes on where it was. Resolves to the number of boxes.
 * @throws UnreadableBox for a box that no key opens: nothing of that batch is changed
 */
export async function resealSecrets(
  database: Database,
  box: SecretBox,
  { batch = usualBatch, onProgress = () => undefined }: ResealOptions = {},
): Promise<number> {
  let resealed = 0;
  for (const column of await encryptedColumns(database)) {
    for (
      let done = await resealBatch(database, box, column, batch);
      done > 0;
      done = await resealBatch(database, box, column, batch)
    ) {
      resealed += done;
      onProgress(resealed);
    }
  }
  return resealed;
}

/** How many boxes are under an older key than the newest. */
export async function countOldBoxes(database: Database, box: SecretBox): Promise<number> {
  let count = 0;
  for (const { table, column } of await encryptedColumns(database)) {
    const { rows } = await database.raw<{ rows: { count: number }[] }>(
      'select count(*) as count from :table: where substring(:column: from 2 for 8) <> :newest',
      { table, column, newest: box.newestKeyId },
    );
    count += Number(rows[0]?.count ?? 0);
  }
  return count;
}

/** Every column that holds boxes; by name. */
export async function encryptedColumns(database: Database): Promise<EncryptedColumn[]> {
  const { rows } = await database.raw<{ rows: EncryptedColumn[] }>(
    `select table_name as "table", column_name as "column" from information_schema.columns
     where table_schema = current_schema() and data_type = 'bytea' and column_name like '%\\_encrypted'
     order by 1, 2`,
  );
  return rows;
}

async function resealBatch(
  database: Database,
  box: SecretBox,
  { table, column }: EncryptedColumn,
  batch: number,
): Promise<number> {
  return database.transaction(async (transaction) => {
    const values = { table, column, newest: box.newestKeyId, batch };
    const { rows } = await transaction.raw<{ rows: { place: string; sealed: Buffer }[] }>(
      'select cast(ctid as text) as place, :column: as sealed from :table: where substring(:column: ' +
        'from 2 for 8) <> :newest limit :batch for update',
      values,
    );
    for (const { place, sealed } of rows) {
      await transaction.raw('update :table: set :column: = :sealed where ctid = cast(:place as tid)', {
        table,
        column,
        place,
        sealed: box.seal(box.open(sealed, `${table}.${column}`), `${table}.${column}`),
      });
    }
    return rows.length;
  });
}
