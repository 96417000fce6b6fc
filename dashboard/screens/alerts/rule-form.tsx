import { useState } from 'preact/hooks';
import { addAlertRule } from '../../api/app/alert-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { readUser } from '../../api/requests.js';
import type { FieldError } from '../../api/types.js';
import { Field, NameField, TextField } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { bound } from '../../parts/form.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import { useOnce } from '../../parts/use-once.js';
import { alertKinds, kindNames, type KindName } from './alert-kinds.js';
import { emptyRule, givenRule, type TypedRule } from './rule-edits.js';

interface NewRuleProps {
  readonly formation: string;
  readonly onDone: () => void;
}

/** A rule more, of the kinds that this person may add. */
export function NewRule({ formation, onDone }: NewRuleProps) {
  const { value: user, problem } = useOnce(readUser);
  if (user === undefined)
    return problem ? <Problem of={problem} /> : <Loading what="which kinds you may add" />;
  return <RuleForm formation={formation} kinds={kindNames(user.is_admin)} onDone={onDone} />;
}

const fields = ['kind', 'name', 'threshold', 'pattern', 'minutes'] as const;

function RuleForm({ formation, kinds, onDone }: NewRuleProps & { kinds: readonly KindName[] }) {
  const [typed, setTyped] = useState(emptyRule);
  const given = givenRule(typed);
  const { isBusy, errors, problem, onSubmit } = useForm(fields, () => addAlertRule(formation, given), onDone);
  const onTyped = (more: Partial<TypedRule>): void => setTyped({ ...typed, ...more });
  return (
    <form onSubmit={onSubmit} class="annotated">
      <NameField
        label="Kind"
        value={typed.kind}
        names={kinds}
        onValue={(kind) => onTyped({ kind: kind as KindName })}
        help={`Told when ${alertKinds[typed.kind].summary}.`}
        error={errorAt(errors, 'kind')}
      />
      <KindFields typed={typed} onTyped={onTyped} errors={errors} />
      <Field
        label="Name"
        help={`Empty: ${typed.kind}. Several rules of a kind go by names.`}
        error={errorAt(errors, 'name')}
      >
        {(attributes) => (
          <input {...attributes} {...bound(typed.name, (name) => onTyped({ name }))} autocomplete="off" />
        )}
      </Field>
      <Command text={cliCommands.addAlert(formation, given)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        Add alert
      </button>
    </form>
  );
}

interface KindProps {
  readonly typed: TypedRule;
  readonly onTyped: (more: Partial<TypedRule>) => void;
  readonly errors: readonly FieldError[];
}

/** What this kind wants to know, and others do not. */
function KindFields({ typed, onTyped, errors }: KindProps) {
  const { threshold, hasPattern } = alertKinds[typed.kind];
  return (
    <>
      {hasPattern && (
        <TextField
          label="Pattern"
          value={typed.pattern}
          onValue={(pattern) => onTyped({ pattern })}
          help="RE2 that lines match, e.g. timeout|refused; (?i) at its beginning ignores case."
          error={errorAt(errors, 'pattern')}
        />
      )}
      {threshold !== undefined && (
        <NumberField
          label={`Threshold in ${threshold.unit}`}
          value={typed.threshold}
          onValue={(value) => onTyped({ threshold: value })}
          help={`${threshold.min} to ${threshold.max}; empty: ${threshold.byDefault}.`}
          error={errorAt(errors, 'threshold')}
        />
      )}
      {hasPattern && (
        <NumberField
          label="Minutes"
          value={typed.minutes}
          onValue={(minutes) => onTyped({ minutes })}
          help="How far back lines are counted, up to 60; empty: 5."
          error={errorAt(errors, 'minutes')}
        />
      )}
    </>
  );
}

interface NumberProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly help: string;
  readonly error: string | undefined;
}

function NumberField({ value, onValue, ...field }: NumberProps) {
  return (
    <Field {...field}>
      {(attributes) => <input type="number" step="any" {...attributes} {...bound(value, onValue)} />}
    </Field>
  );
}
