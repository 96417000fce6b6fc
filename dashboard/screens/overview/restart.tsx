import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { restart } from '../../api/requests.js';
import { Action } from '../../parts/action.js';
import { bound } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import type { FormationProps } from '../formation.js';
import { restartChoice } from './restart-choice.js';

/** `deis restart`: all containers, those of a process type, or one. */
export function Restart({ formation: { id, scale } }: FormationProps) {
  const [only, setOnly] = useState('');
  return (
    <Action
      label="Restart"
      command={cliCommands.restart(id, only.trim())}
      onDo={async () => goToOperation(restart(id, restartChoice(only)))}
    >
      <p>New containers start beside the old ones, which end when the new ones serve.</p>
      <label>
        Only a process type, or one container
        <input {...bound(only, setOnly)} list="restart-types" placeholder="all" />
        <datalist id="restart-types">
          {Object.keys(scale).map((type) => (
            <option value={type} key={type} />
          ))}
        </datalist>
      </label>
    </Action>
  );
}
