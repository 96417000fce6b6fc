import type { Database } from './database.js';

/** Tables of knex's own. */
const bookkeeping = ['migrations', 'migrations_lock'];

interface ColumnRow {
  readonly tableName: string;
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** '' or 'a' (generated always as identity). */
  readonly identity: string;
  readonly defaultText: string | null;
}

interface ObjectRow {
  readonly tableName: string;
  readonly definition: string;
}

/**
 * The schema as SQL that makes it anew: out of PostgreSQL's catalog, since the embedded PostgreSQL ships no
 * pg_dump. Two databases have the same schema when the texts are equal.
 */
export async function schemaText(database: Database): Promise<string> {
  const columns = await rowsOf<ColumnRow>(database, columnsQuery);
  const constraints = await rowsOf<ObjectRow>(database, constraintsQuery('<>'));
  const foreignKeys = await rowsOf<ObjectRow>(database, constraintsQuery('='));
  const indexes = await rowsOf<ObjectRow>(database, indexesQuery);
  const tables = [...new Set(columns.map((column) => column.tableName))];
  const of = <Row extends { tableName: string }>(rows: readonly Row[], table: string): Row[] =>
    rows.filter((row) => row.tableName === table);
  const creates = tables.map((table) => {
    const lines = [
      ...of(columns, table).map(columnText),
      ...of(constraints, table).map((constraint) => constraint.definition),
    ];
    return `create table ${table} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n);\n`;
  });
  const references = foreignKeys.map((key) => `alter table ${key.tableName} add ${key.definition};\n`);
  return [...creates, references.join(''), indexes.map((index) => `${index.definition};\n`).join('')].join(
    '\n',
  );
}

function columnText(column: ColumnRow): string {
  const identity = column.identity === 'a' ? ' generated always as identity' : '';
  const value = column.defaultText === null ? '' : ` default ${column.defaultText}`;
  return `${column.name} ${column.type}${column.notNull ? ' not null' : ''}${identity}${value}`;
}

async function rowsOf<Row extends { tableName: string }>(database: Database, sql: string): Promise<Row[]> {
  const { rows } = await database.raw<{ rows: Row[] }>(sql);
  return rows.filter((row) => !bookkeeping.includes(row.tableName));
}

const ours = `pg_class.relnamespace = 'public'::regnamespace and pg_class.relkind = 'r'`;

const columnsQuery = `
  select relname::text as "tableName", attname::text as name, format_type(atttypid, atttypmod) as type,
    attnotnull as "notNull", attidentity::text as identity, pg_get_expr(adbin, adrelid) as "defaultText"
  from pg_attribute join pg_class on pg_class.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where ${ours} and attnum > 0 and not attisdropped
  order by relname, attnum`;

/** Not null constraints (contype n) are told with their columns. */
function constraintsQuery(foreign: '=' | '<>'): string {
  return `
  select relname::text as "tableName",
    'constraint ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid) as definition
  from pg_constraint join pg_class on pg_class.oid = conrelid
  where ${ours} and contype <> 'n' and contype ${foreign} 'f'
  order by relname, contype desc, conname`;
}

/** Without those that constraints make by themselves. */
const indexesQuery = `
  select pg_class.relname::text as "tableName", pg_get_indexdef(indexrelid) as definition
  from pg_index join pg_class on pg_class.oid = indrelid
    join pg_class as index_class on index_class.oid = indexrelid
  where ${ours} and not exists (select 1 from pg_constraint where conindid = indexrelid)
  order by pg_class.relname, index_class.relname`;
