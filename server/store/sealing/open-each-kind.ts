import type { Database } from '../database.js';
import { encryptedColumns, rowColumns } from './reseal-secrets.js';
import type { SecretBox } from './secret-box.js';

/**
 * Opens one secret of each column that holds some: `table.column` of each. @throws UnreadableBox for one that does not
 * open
 */
export async function openEachKind(database: Database, box: SecretBox): Promise<string[]> {
  const opened: string[] = [];
  for (const { table, column } of await encryptedColumns(database)) {
    const { rows } = await database.raw<{ rows: { row: string; sealed: Buffer }[] }>(
      `select concat_ws('/', ${rowColumns(table)}) as row, :column: as sealed ` +
        'from :table: where :column: is not null limit 1',
      { table, column },
    );
    for (const { row, sealed } of rows) {
      box.open(sealed, `${table}.${column}`, row);
      opened.push(`${table}.${column}`);
    }
  }
  return opened;
}
