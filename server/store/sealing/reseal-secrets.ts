import { boxRows } from './box-rows.js';
import type { Database } from '../database.js';
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

/** Which boxes: those under another key than the newest. The layout of a box is in secret-box.ts. */
const underOlderKey = 'substring(:column: from 2 for 8) <> :newest';
const unbound = "substring(:column: from 1 for 1) = decode('01', 'hex')";

/**
 * Seals every box of the database anew that is not under the newest key: in columns named `*_encrypted`,
 * whose places are `table.column` by convention. In small transactions, so that it may be killed at any time
 * and goes on where it was. Resolves to the number of boxes.
 * @throws UnreadableBox for a box that no key opens: nothing of that batch is changed
 */
export function resealSecrets(
  database: Database,
  box: SecretBox,
  options: ResealOptions = {},
): Promise<number> {
  return resealWhere(database, box, underOlderKey, options);
}

/** Binds boxes of earlier versions to their rows. As `resealSecrets`. */
export function resealUnbound(database: Database, box: SecretBox): Promise<number> {
  return resealWhere(database, box, unbound, {});
}

async function resealWhere(
  database: Database,
  box: SecretBox,
  which: string,
  { batch = usualBatch, onProgress = () => undefined }: ResealOptions,
): Promise<number> {
  let resealed = 0;
  for (const column of await encryptedColumns(database)) {
    for (
      let done = await resealBatch(database, box, column, { which, batch });
      done > 0;
      done = await resealBatch(database, box, column, { which, batch })
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
      `select count(*) as count from :table: where ${underOlderKey}`,
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
  { which, batch }: { readonly which: string; readonly batch: number },
): Promise<number> {
  const place = `${table}.${column}`;
  return database.transaction(async (transaction) => {
    const values = { table, column, newest: box.newestKeyId, batch };
    const { rows } = await transaction.raw<{ rows: { at: string; row: string; sealed: Buffer }[] }>(
      `select cast(ctid as text) as at, concat_ws('/', ${rowColumns(table)}) as row, :column: as sealed ` +
        `from :table: where ${which} limit :batch for update`,
      values,
    );
    for (const { at, row, sealed } of rows) {
      const plain = which === unbound ? box.openUnbound(sealed, place) : box.open(sealed, place, row);
      const again = box.seal(plain, place, row);
      await transaction.raw('update :table: set :column: = :again where ctid = cast(:at as tid)', {
        ...{ table, column, at, again },
      });
    }
    return rows.length;
  });
}

/** Names of ours, and so safe in SQL. @throws Error for a table that box-rows.ts does not know */
export function rowColumns(table: string): string {
  const columns = boxRows[table];
  if (columns === undefined) throw new Error(`box-rows.ts does not say what rows of ${table} are known by`);
  return columns.map((column) => `"${column}"`).join(', ');
}
