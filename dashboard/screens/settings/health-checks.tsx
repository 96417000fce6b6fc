import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { changeHealthChecks, type Tagged } from '../../api/app/setting-requests.js';
import type { HealthCheck, HealthChecks as Checks } from '../../api/types.js';
import { bound, Choice, Form } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { checkInWords, checkTimes, givenCheck, typedCheck, type TypedCheck } from './check-edits.js';

interface ChecksProps {
  readonly formation: string;
  readonly read: Tagged<Checks>;
  readonly types: readonly string[];
  readonly mayChange: boolean;
}

/** How new containers of each process type show that they are well. */
export function HealthChecks({ formation, read: { value, tag }, types, mayChange }: ChecksProps) {
  const names = [...new Set([...Object.keys(value.checks), ...types])].sort();
  return (
    <section>
      <h2>Health checks</h2>
      <p class="quiet">By default web listens on PORT, and others stay up for 2 s.</p>
      <ul class="cards">
        {names.map((type) => (
          <li key={type}>
            <h3>{type}</h3>
            {mayChange ? (
              <CheckForm formation={formation} type={type} check={value.checks[type]} tag={tag} />
            ) : (
              <p>{checkInWords(value.checks[type])}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const kinds = {
  '': 'as by default',
  http: 'it answers over HTTP',
  tcp: 'it listens on PORT',
  none: 'it stays up',
} as const;

interface CheckProps {
  readonly formation: string;
  readonly type: string;
  readonly check: HealthCheck | undefined;
  readonly tag: string;
}

function CheckForm({ formation, type, check, tag }: CheckProps) {
  const before = typedCheck(check);
  const [typed, setTyped] = useState(before);
  const given = givenCheck(typed);
  const isChanged = JSON.stringify(given) !== JSON.stringify(givenCheck(before));
  const field = (name: FieldName) => bound(typed[name], (value) => setTyped({ ...typed, [name]: value }));
  return (
    <Form
      label={`Save check of ${type} and deploy`}
      command={isChanged ? cliCommands.setHealthCheck(formation, type, given) : undefined}
      isIdle={!isChanged}
      onDo={() => goToOperation(changeHealthChecks(formation, { [type]: given }, tag))}
    >
      <Choice
        label="It is well when"
        value={typed.kind}
        of={kinds}
        onValue={(kind) => setTyped({ ...typed, kind })}
      />
      {typed.kind === 'http' && <HttpFields field={field} />}
      {typed.kind !== '' &&
        checkTimes.map((name) => (
          <label key={name}>
            {titles[name]}
            <input type="number" min={0} max={86_400} placeholder="default" {...field(name)} />
          </label>
        ))}
    </Form>
  );
}

type FieldName = Exclude<keyof TypedCheck, 'kind'>;

function HttpFields({ field }: { field: (name: FieldName) => ReturnType<typeof bound> }) {
  return (
    <>
      <label>
        Path
        <input {...field('path')} placeholder="/" pattern="/.*" title="begins with /, e.g. /health" />
      </label>
      <label>
        Lowest good status
        <input type="number" min={100} max={599} placeholder="200" {...field('low')} />
      </label>
      <label>
        Highest
        <input type="number" min={100} max={599} placeholder="399" {...field('high')} />
      </label>
    </>
  );
}

const titles: Readonly<Record<(typeof checkTimes)[number], string>> = {
  timeout: 'Seconds for an answer',
  interval: 'Seconds between checks',
  retries: 'Failures in a row',
  start: 'Seconds to start',
  deadline: 'Seconds until it is well',
};
