import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { changeLimits, type Tagged } from '../../api/app/setting-requests.js';
import type { Limits as LimitsJson } from '../../api/types.js';
import { bound, Form } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { limitChanges, typedLimits, type TypedLimit, type TypedLimits } from './limit-edits.js';

interface LimitsProps {
  readonly formation: string;
  readonly read: Tagged<LimitsJson>;
  readonly types: readonly string[];
  readonly mayChange: boolean;
}

/** Memory and cores of each process type. */
export function Limits({ formation, read, types, mayChange }: LimitsProps) {
  const before = typedLimits(read.value, types);
  const [typed, setTyped] = useState(before);
  const changes = limitChanges(before, typed);
  return (
    <section>
      <h2>Limits</h2>
      {Object.keys(before).length === 0 && <p>There are no process types before the first push.</p>}
      {!mayChange && <Shown limits={before} />}
      {mayChange && Object.keys(before).length > 0 && (
        <Form
          label="Save limits and deploy"
          command={changes && cliCommands.setLimits(formation, changes)}
          isIdle={changes === undefined}
          onDo={() => goToOperation(changeLimits(formation, changes ?? {}, read.tag))}
        >
          {Object.entries(typed).map(([type, limit]) => (
            <LimitFields
              key={type}
              type={type}
              limit={limit}
              onLimit={(given) => setTyped({ ...typed, [type]: given })}
            />
          ))}
        </Form>
      )}
    </section>
  );
}

interface FieldsProps {
  readonly type: string;
  readonly limit: TypedLimit;
  readonly onLimit: (limit: TypedLimit) => void;
}

function LimitFields({ type, limit, onLimit }: FieldsProps) {
  return (
    <fieldset>
      <legend>{type}</legend>
      <label>
        Memory
        <input
          {...bound(limit.memory, (memory) => onLimit({ ...limit, memory }))}
          placeholder="no limit"
          pattern="[0-9]+[KMGkmg]?[Bb]?"
          title="bytes, or with K, M or G, e.g. 512M"
          size={9}
        />
      </label>
      <label>
        Cores
        <input
          {...bound(limit.cpus, (cpus) => onLimit({ ...limit, cpus }))}
          placeholder="no limit"
          pattern="[0-9]+(\.[0-9]+)?"
          title="shares of one core, e.g. 0.5"
          size={9}
        />
      </label>
    </fieldset>
  );
}

function Shown({ limits }: { limits: TypedLimits }) {
  return (
    <ul class="cards">
      {Object.entries(limits).map(([type, { memory, cpus }]) => (
        <li key={type}>
          <h3>{type}</h3>
          <p>
            Memory: {memory || 'no limit'}, cores: {cpus || 'no limit'}
          </p>
        </li>
      ))}
    </ul>
  );
}
