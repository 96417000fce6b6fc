import type { FieldError } from '../../api/types.js';
import type { AnnotatedField } from './annotated-fields.js';

/** What somebody has typed, by the name of the field; empty: it is not given. */
export type Typed = Readonly<Record<string, string>>;

/** A form's fields as the API takes them. */
export interface FieldValues {
  readonly values: Record<string, unknown>;
  /** What cannot be sent at all. */
  readonly wrong: readonly FieldError[];
}

/** What was typed as values; whether they are good is the API's to say. @param within `params` or `creds` */
export function valuesOf(fields: readonly AnnotatedField[], typed: Typed, within: string): FieldValues {
  const wrong: FieldError[] = [];
  const given = fields.filter(({ name }) => (typed[name] ?? '').trim() !== '');
  const entries = given.map(({ name, kind }): [string, unknown] => {
    const text = typed[name]!;
    if (kind !== 'structure') return [name, simpleValue(kind, text.trim())];
    try {
      return [name, JSON.parse(text)];
    } catch {
      wrong.push({
        field: `${within}.${name}`,
        message: `${name} is not JSON: expected e.g. [{"key": "value"}]`,
      });
      return [name, undefined];
    }
  });
  return { values: Object.fromEntries(entries), wrong };
}

function simpleValue(kind: AnnotatedField['kind'], text: string): unknown {
  if (kind === 'yes-no') return text === 'yes';
  if (kind === 'list') return text.split(/[\s,]+/).filter((each) => each !== '');
  return kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Values as they would have been typed. */
export function typedOf(fields: readonly AnnotatedField[], values: Readonly<Record<string, unknown>>): Typed {
  const given = fields.filter(({ name }) => values[name] !== undefined);
  return Object.fromEntries(given.map(({ name, kind }) => [name, textOf(kind, values[name])]));
}

function textOf(kind: AnnotatedField['kind'], value: unknown): string {
  if (kind === 'structure') return JSON.stringify(value, null, 2);
  if (kind === 'yes-no') return value === true ? 'yes' : 'no';
  if (kind === 'list' && Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The fields, with those that only values have: none is lost by a form that does not know it. */
export function fieldsWith(
  fields: readonly AnnotatedField[],
  values: Readonly<Record<string, unknown>>,
): AnnotatedField[] {
  const others = Object.keys(values).filter((name) => !fields.some((each) => each.name === name));
  return [
    ...fields,
    ...others.map((name): AnnotatedField => {
      const kind = 'structure' as const;
      return { name, kind, help: 'As JSON.', example: '', isRequired: false, isSecret: false };
    }),
  ];
}
