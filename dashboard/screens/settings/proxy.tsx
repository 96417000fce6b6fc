import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { changeProxy, type Tagged } from '../../api/app/setting-requests.js';
import type { FieldError, ProxySettings } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { errorAt } from '../../parts/field-errors.js';
import { Field, type FieldAttributes } from '../../parts/field.js';
import { bound } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { Command, Fact, Problem } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import {
  noneOf,
  proxyChanges,
  proxyInWords,
  shownFields,
  typedProxy,
  type TypedProxy,
} from './proxy-edits.js';
import { proxyFields, proxyGroups, type ProxyField, type ProxyGroup } from './proxy-fields.js';

interface ProxyProps {
  readonly formation: string;
  readonly read: Tagged<ProxySettings>;
  readonly mayChange: boolean;
}

/** How the proxies treat requests. */
export function Proxy({ formation, read, mayChange }: ProxyProps) {
  const pages = read.value.error_page;
  return (
    <section>
      <h2>Proxies</h2>
      <p class="quiet">Every proxy has taken a change when its operation ends; no request breaks off.</p>
      {mayChange ? <ProxyForm formation={formation} read={read} /> : <Shown settings={read.value} />}
      {mayChange && Object.keys(pages).length > 0 && (
        <Action
          label="Fetch the pages again"
          command={cliCommands.setProxy(formation, { error_page: pages })}
          onDo={() => goToOperation(changeProxy(formation, { error_page: pages }, read.tag))}
        >
          <p>
            They are fetched from the addresses that are shown. One that needs its query must be set again.
          </p>
        </Action>
      )}
    </section>
  );
}

const named = [...proxyFields, ...proxyGroups].flatMap(({ name }) => name ?? []);

function ProxyForm({ formation, read }: Omit<ProxyProps, 'mayChange'>) {
  const before = typedProxy(read.value);
  const [typed, setTyped] = useState(before);
  const changes = proxyChanges(before, typed);
  const { isBusy, errors, problem, onSubmit } = useForm(named, () =>
    goToOperation(changeProxy(formation, changes ?? {}, read.tag)),
  );
  return (
    <form class="groups" onSubmit={onSubmit}>
      {proxyGroups.map((group) => (
        <Group key={group.title} {...{ group, before, typed, errors }} onTyped={setTyped} />
      ))}
      {changes !== undefined && <Command text={cliCommands.setProxy(formation, changes)} />}
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={changes === undefined || isBusy}>
        Save settings of the proxies
      </button>
    </form>
  );
}

interface GroupProps {
  readonly group: ProxyGroup;
  readonly before: TypedProxy;
  readonly typed: TypedProxy;
  readonly errors: readonly FieldError[];
  readonly onTyped: (typed: TypedProxy) => void;
}

function Group({ group, before, typed, errors, onTyped }: GroupProps) {
  const { title, name: whole, help } = group;
  const fields = shownFields(group.fields, before, typed);
  const wrong = errors.find(({ field }) => field === whole)?.message;
  if (fields.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {help !== undefined && <p class="quiet">{help}</p>}
      {fields.map((field) => (
        <Field key={field.name} label={field.label} help={field.help} error={errorAt(errors, field.name)}>
          {(attributes) => (
            <Input
              field={field}
              none={noneOf(field, typed)}
              attributes={attributes}
              value={typed[field.name] ?? ''}
              onValue={(value) => onTyped({ ...typed, [field.name]: value })}
            />
          )}
        </Field>
      ))}
      {wrong !== undefined && (
        <small class="wrong" role="alert">
          {wrong}
        </small>
      )}
    </fieldset>
  );
}

interface InputProps {
  readonly field: ProxyField;
  /** What it is while nothing is typed. */
  readonly none: string;
  readonly attributes: FieldAttributes;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Input({ field, none, attributes, value, onValue }: InputProps) {
  const { kind, of = { off: 'off', on: 'on' } } = field;
  if (kind === 'switch' || kind === 'choice')
    return (
      <select {...attributes} value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
        {Object.entries(of).map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    );
  const shared = { ...attributes, ...bound(value, onValue), placeholder: none, autocomplete: 'off' } as const;
  if (kind === 'networks') return <textarea {...shared} rows={2} />;
  if (kind === 'page') return <input {...shared} type="url" maxLength={2000} />;
  return kind === 'number' ? <input {...shared} type="number" min={0} /> : <input {...shared} type="text" />;
}

function Shown({ settings }: { settings: ProxySettings }) {
  return (
    <dl class="facts">
      {proxyInWords(settings).map(([label, text]) => (
        <Fact name={label} key={label}>
          {text}
        </Fact>
      ))}
    </dl>
  );
}
