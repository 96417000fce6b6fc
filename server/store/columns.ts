/** The column of each field of a record. Typed by the record, so that neither can be forgotten. */
export type Columns<Fields> = Readonly<Record<keyof Fields & string, string>>;

/** `column as field` for select and returning. */
export function aliased(columns: Readonly<Record<string, string>>, table?: string): string[] {
  const prefix = table === undefined ? '' : `${table}.`;
  return Object.entries(columns).map(([field, column]) => `${prefix}${column} as ${field}`);
}

/** The same as text, for a query of SQL. */
export function aliasedText(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([field, column]) => `${column} as "${field}"`)
    .join(', ');
}

/**
 * A row for insert or update out of a record's fields; absent fields are left out, objects and arrays become
 * JSON.
 */
export function toRow<Fields extends object>(
  columns: Columns<Fields>,
  fields: Partial<Fields>,
): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) row[columns[field as keyof Fields & string]] = toValue(value);
  }
  return row;
}

/**
 * JSON that jsonb takes: it refuses NUL and lone surrogates, which output of builds and nodes may hold; they
 * become U+FFFD.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? storableText(part) : part,
  );
}

function storableText(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8');
}

function toValue(value: unknown): unknown {
  const isJson =
    typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value);
  return isJson ? toJson(value) : value;
}
