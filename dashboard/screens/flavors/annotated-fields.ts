/** How a field is written. */
export type FieldKind = 'text' | 'number' | 'yes-no' | 'list' | 'structure';

/** One field of a form, as an annotated example has it. */
export interface AnnotatedField {
  readonly name: string;
  /** The example's comment. */
  readonly help: string;
  /** As the example has it. */
  readonly example: string;
  readonly kind: FieldKind;
  readonly isRequired: boolean;
  /** It is not to be read over a shoulder. */
  readonly isSecret: boolean;
}

/**
 * The fields of an annotated example, as the API has one of each provider type: a name and a value on each line, below
 * a comment that says what it is. An alternative stands in a comment of its own (`# source: controller`); what is
 * indented belongs to the name above it.
 */
export function annotatedFields(example: string): AnnotatedField[] {
  const fields: AnnotatedField[] = [];
  let comment: string[] = [];
  let structure: { name: string; help: string; lines: string[] } | undefined;
  const end = (): void => {
    if (structure !== undefined)
      fields.push(field(structure.name, structure.help, structure.lines.join('\n'), 'structure'));
    structure = undefined;
  };
  for (const line of example.split('\n')) {
    if (/^\s+\S/.test(line)) {
      structure?.lines.push(line);
      continue;
    }
    end();
    const found = /^(?:# )?([a-z][a-z0-9_]*):(?: (.*))?$/.exec(line);
    const [, name = '', value = ''] = found ?? [];
    const isField = found !== null && (!line.startsWith('#') || /^\S+$/.test(value));
    if (!isField) {
      if (line.startsWith('#')) comment.push(line.replace(/^#\s?/, ''));
      continue;
    }
    const help = comment.join(' ');
    comment = [];
    if (value === '') structure = { name, help, lines: [] };
    else fields.push(field(name, help, value.replace(/^"(.*)"$/, '$1'), kindOf(value)));
  }
  end();
  return fields;
}

function field(name: string, help: string, example: string, kind: FieldKind): AnnotatedField {
  return {
    ...{ name, example, kind, help: help.replace(/\s*\(required\)/, '') },
    isRequired: help.includes('(required)'),
    isSecret: /secret|password|token|private/.test(name),
  };
}

function kindOf(value: string): FieldKind {
  if (/^(true|false)$/.test(value)) return 'yes-no';
  if (/^-?\d+(\.\d+)?$/.test(value)) return 'number';
  return /^\[.*\]$/.test(value) ? 'list' : 'text';
}
