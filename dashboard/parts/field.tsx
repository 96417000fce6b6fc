import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { bound } from './form.js';

/** What an input is given so that its label, its help and its error are said with it. */
export interface FieldAttributes {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
}

interface FieldProps {
  readonly label: string;
  readonly help?: ComponentChildren;
  /** Why what is typed was refused. */
  readonly error?: string | undefined;
  readonly children: (attributes: FieldAttributes) => ComponentChildren;
}

/** A field with what it is for, and what is wrong with it beside it. */
export function Field({ label, help, error, children }: FieldProps) {
  const id = useId();
  const described = [
    ...(help === undefined || help === '' ? [] : [`${id}-help`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described.length > 0 && { 'aria-describedby': described.join(' ') }),
        ...(error !== undefined && { 'aria-invalid': true as const }),
      })}
      {help !== undefined && help !== '' && (
        <small class="quiet" id={`${id}-help`}>
          {help}
        </small>
      )}
      {error !== undefined && (
        <small class="wrong" role="alert" id={`${id}-error`}>
          {error}
        </small>
      )}
    </div>
  );
}

interface ValueProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A line of text that has to be there. */
export function TextField({ value, onValue, ...field }: ValueProps) {
  return (
    <Field {...field}>
      {(attributes) => <input {...attributes} {...bound(value, onValue)} required autocomplete="off" />}
    </Field>
  );
}

/** One of a few names. */
export function NameField({ value, onValue, names, ...field }: ValueProps & { names: readonly string[] }) {
  return (
    <Field {...field}>
      {(attributes) => (
        <select {...attributes} value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
