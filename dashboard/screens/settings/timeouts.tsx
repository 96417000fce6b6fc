import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { changeTimeouts, type Tagged } from '../../api/app/setting-requests.js';
import type { Timeouts as TimeoutsJson } from '../../api/types.js';
import { bound, Form } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { Fact } from '../../parts/small.js';
import { timeoutChanges, typedTimeouts, type TypedTimeouts } from './timeout-edits.js';

interface TimeoutsProps {
  readonly formation: string;
  readonly read: Tagged<TimeoutsJson>;
  readonly types: readonly string[];
  readonly mayChange: boolean;
}

/** How long containers of each process type have to stop. */
export function Timeouts({ formation, read, types, mayChange }: TimeoutsProps) {
  const before = typedTimeouts(read.value, types);
  const [typed, setTyped] = useState(before);
  const changes = timeoutChanges(before, typed);
  const names = Object.keys(before);
  return (
    <section>
      <h2>Time to stop</h2>
      <p class="quiet">
        A container that is stopped gets SIGTERM, and SIGKILL when it still runs after these seconds: 1 to 60,
        10 by default. Containers of earlier releases keep theirs.
      </p>
      {names.length === 0 && <p>There are no process types before the first push.</p>}
      {!mayChange && <Shown timeouts={before} />}
      {mayChange && names.length > 0 && (
        <Form
          label="Save times to stop and deploy"
          command={changes && cliCommands.setTimeouts(formation, changes)}
          isIdle={changes === undefined}
          onDo={() => goToOperation(changeTimeouts(formation, changes ?? {}, read.tag))}
        >
          {names.map((type) => (
            <label key={type}>
              Seconds for {type}
              <input
                {...bound(typed[type]!, (seconds) => setTyped({ ...typed, [type]: seconds }))}
                type="number"
                min={1}
                max={60}
                placeholder="10"
              />
            </label>
          ))}
        </Form>
      )}
    </section>
  );
}

function Shown({ timeouts }: { timeouts: TypedTimeouts }) {
  return (
    <dl class="facts">
      {Object.entries(timeouts).map(([type, seconds]) => (
        <Fact name={type} key={type}>
          {seconds || '10'} s
        </Fact>
      ))}
    </dl>
  );
}
