import { useEffect, useState } from 'preact/hooks';
import { Refusal } from '../../api/client.js';
import { cliCommands } from '../../api/cli-commands.js';
import { changeConfig, readConfig } from '../../api/requests.js';
import { useDoing } from '../../parts/action.js';
import { goToOperation } from '../../parts/route.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { ConfigMerge } from './config-merge.js';
import { ConfigTable, NewVariable } from './config-table.js';
import { changedMeanwhile, realEdits, rowsOf, type Edits, type Meanwhile } from './config-edits.js';
import type { FormationProps } from '../formation.js';

type Read = Awaited<ReturnType<typeof readConfig>>;

/** The variables: hidden until they are revealed, saved only on top of what the person has seen. */
export function Config({ formation: { id, may } }: FormationProps) {
  const { read, problem, edits, edit, discard, saving, meanwhile } = useConfig(id);
  if (read === undefined) return problem ? <Problem of={problem} /> : <Loading what="the config" />;
  const { values, version } = read.value;
  const mayChange = may.includes('deploy');
  return (
    <>
      <p class="quiet">Version {version}. A change cuts a release and deploys it.</p>
      {meanwhile !== undefined && <ConfigMerge of={meanwhile} edits={edits} onEdit={edit} />}
      <ConfigTable
        rows={rowsOf(values, edits)}
        mayRead={may.includes('readConfig')}
        onEdit={mayChange ? edit : undefined}
      />
      {mayChange && <NewVariable onAdd={edit} />}
      {edits.size > 0 && <Command text={cliCommands.setConfig(id, edits)} />}
      <Problem of={saving.problem} />
      {mayChange && (
        <div class="buttons">
          <button type="button" disabled={edits.size === 0} onClick={discard}>
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
      )}
    </>
  );
}

/** What was read, what is to change, and what somebody else changed when it was to be saved. */
function useConfig(id: string) {
  const [read, setRead] = useState<Read>();
  const [edits, setEdits] = useState<Edits>(new Map());
  const [meanwhile, setMeanwhile] = useState<Meanwhile>();
  const [problem, setProblem] = useState<Error>();
  useEffect(() => void readConfig(id).then(setRead, setProblem), [id]);
  const saving = useDoing(async () => {
    if (read === undefined) return;
    try {
      await goToOperation(changeConfig(id, Object.fromEntries(edits), read.tag));
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 412) throw error;
      const now = await readConfig(id);
      setMeanwhile(changedMeanwhile(read.value.values, now.value.values, edits));
      setEdits(realEdits(now.value.values, edits));
      setRead(now);
    }
  });
  const edit = (name: string, value: string | null): void =>
    setEdits((before) => realEdits(read?.value.values ?? {}, new Map(before).set(name, value)));
  return { read, problem, edits, edit, discard: () => setEdits(new Map()), saving, meanwhile };
}
