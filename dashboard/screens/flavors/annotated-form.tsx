import { bound } from '../../parts/form.js';
import { errorAt } from '../../parts/field-errors.js';
import { Field, type FieldAttributes } from '../../parts/field.js';
import type { FieldError } from '../../api/types.js';
import type { AnnotatedField } from './annotated-fields.js';
import type { Typed } from './field-values.js';

interface FieldsProps {
  readonly fields: readonly AnnotatedField[];
  /** What they are called together: `params` or `creds`. */
  readonly within: string;
  readonly typed: Typed;
  readonly onTyped: (typed: Typed) => void;
  readonly errors: readonly FieldError[];
}

/** A field for each that an annotated example has. */
export function AnnotatedFields({ fields, within, typed, onTyped, errors }: FieldsProps) {
  return (
    <>
      {fields.map((field) => (
        <Field
          key={field.name}
          label={field.isRequired ? `${field.name} (required)` : field.name}
          help={field.help === '' ? undefined : <Help field={field} />}
          error={errorAt(errors, `${within}.${field.name}`)}
        >
          {(attributes) => (
            <Input
              field={field}
              attributes={attributes}
              value={typed[field.name] ?? ''}
              onValue={(value) => onTyped({ ...typed, [field.name]: value })}
            />
          )}
        </Field>
      ))}
    </>
  );
}

function Help({ field: { help, kind, example } }: { field: AnnotatedField }) {
  if (kind !== 'structure' || example === '') return <>{help}</>;
  return (
    <>
      {help} As JSON, of this form:
      <code class="example">{example}</code>
    </>
  );
}

interface InputProps {
  readonly field: AnnotatedField;
  readonly attributes: FieldAttributes;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Input({ field: { kind, example, isSecret }, attributes, value, onValue }: InputProps) {
  if (kind === 'yes-no')
    return (
      <select {...attributes} value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
        <option value="">as it is without</option>
        <option value="yes">yes</option>
        <option value="no">no</option>
      </select>
    );
  if (kind === 'structure') return <textarea {...attributes} {...bound(value, onValue)} rows={4} />;
  const shared = { ...attributes, ...bound(value, onValue) };
  if (isSecret) return <input {...shared} type="password" autocomplete="new-password" />;
  return (
    <input
      {...shared}
      inputMode={kind === 'number' ? 'decimal' : 'text'}
      autocomplete="off"
      placeholder={example.replace(/^\[(.*)\]$/, '$1')}
    />
  );
}
