import { cliCommands } from '../../api/cli-commands.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { ConfigMerge } from './config-merge.js';
import { ConfigTable, NewVariable } from './config-table.js';
import { rowsOf, type Edits } from './config-edits.js';
import { useConfig } from './use-config.js';
import type { FormationProps } from '../formation.js';

/** The variables: hidden until they are revealed, saved only on top of what the person has seen. */
export function Config({ formation: { id, may } }: FormationProps) {
  const { state, problem, reveal, hide, edit, discard, saving } = useConfig(id);
  if (state === undefined) return problem ? <Problem of={problem} /> : <Loading what="the config" />;
  const { version, known, edits, shown, meanwhile } = state;
  const mayChange = may.includes('deploy');
  const mayRead = may.includes('readConfig');
  return (
    <>
      <p class="quiet">
        Version {version}. A change cuts a release and deploys it.
        {mayRead && ' That you reveal a value is in the audit log, by its name.'}
      </p>
      {meanwhile !== undefined && <ConfigMerge of={meanwhile} edits={edits} onEdit={edit} />}
      <ConfigTable
        rows={rowsOf(known, edits)}
        shown={shown}
        onShow={mayRead ? (names, isShown) => (isShown ? reveal(names) : hide(names)) : undefined}
        onEdit={mayChange ? edit : undefined}
      />
      {mayRead && <Command text={cliCommands.config(id)} />}
      <Problem of={problem} />
      {mayChange && <NewVariable onAdd={edit} />}
      {mayChange && <Saving id={id} edits={edits} saving={saving} onDiscard={discard} />}
    </>
  );
}

interface SavingProps {
  readonly id: string;
  readonly edits: Edits;
  readonly saving: ReturnType<typeof useConfig>['saving'];
  readonly onDiscard: () => void;
}

function Saving({ id, edits, saving, onDiscard }: SavingProps) {
  return (
    <>
      {edits.size > 0 && <Command text={cliCommands.setConfig(id, edits)} />}
      <Problem of={saving.problem} />
      <div class="buttons">
        <button type="button" disabled={edits.size === 0} onClick={onDiscard}>
          Discard changes
        </button>
        <button
          type="button"
          class="primary"
          disabled={edits.size === 0 || saving.isBusy}
          onClick={saving.run}
        >
          Save and deploy
        </button>
      </div>
    </>
  );
}
