import { useEffect, useState } from 'preact/hooks';
import { Refusal } from '../../api/client.js';
import { changeConfig, readConfigNames, revealConfig } from '../../api/app/setting-requests.js';
import { useDoing } from '../../parts/action.js';
import { goToOperation } from '../../parts/route.js';
import {
  begin,
  catchUp,
  discard,
  edit,
  editAll,
  hide,
  show,
  unknownOf,
  wantedToCatchUp,
  type ConfigState,
  type ReadNames,
} from './config-state.js';

/** A formation's config as somebody sees and edits it, and what can be done to that. */
export function useConfig(id: string) {
  const [state, setState] = useState<ConfigState>();
  const [problem, setProblem] = useState<Error>();
  const change = (next: (before: ConfigState) => ConfigState): void =>
    setState((before) => before && next(before));
  useEffect(() => void readNames(id).then((read) => setState(begin(read)), setProblem), [id]);
  const reveal = (names: readonly string[]): void => {
    if (state === undefined) return;
    setProblem(undefined);
    void revealed(id, state, names, setState).then(
      (values) => change((now) => show(now, names, values)),
      setProblem,
    );
  };
  const saving = useDoing(async () => {
    if (state === undefined) return;
    try {
      await goToOperation(changeConfig(id, Object.fromEntries(state.edits), state.tag));
    } catch (error) {
      if (!isOutdated(error)) throw error;
      setState(await caughtUp(id, state));
    }
  });
  return {
    ...{ state, problem, saving, reveal },
    hide: (names: readonly string[]) => change((before) => hide(before, names)),
    edit: (name: string, value: string | null | undefined) => change((before) => edit(before, name, value)),
    editAll: (values: ReadonlyMap<string, string> | undefined) =>
      change((before) => (values === undefined ? discard(before) : editAll(before, values))),
    discard: () => change(discard),
  };
}

/** The values that the page does not have, on top of what somebody else has changed meanwhile. */
async function revealed(
  id: string,
  state: ConfigState,
  names: readonly string[],
  onCaughtUp: (state: ConfigState) => void,
): Promise<Readonly<Record<string, string>>> {
  const ask = (of: ConfigState): Promise<Readonly<Record<string, string>>> =>
    revealConfig(id, unknownOf(of, names), of.tag);
  try {
    return await ask(state);
  } catch (error) {
    if (!isOutdated(error)) throw error;
    const now = await caughtUp(id, state);
    onCaughtUp(now);
    return ask(now);
  }
}

/** As it is when somebody else was faster, with what they changed. */
async function caughtUp(id: string, state: ConfigState): Promise<ConfigState> {
  const { changed, ...now } = await readNames(id, state.version);
  const theirs = await revealConfig(id, wantedToCatchUp(state, now, changed), now.tag);
  return catchUp(state, now, changed, theirs);
}

/** @param since with what differs from that version */
async function readNames(
  id: string,
  since?: number,
): Promise<ReadNames & { readonly changed: readonly string[] }> {
  const { value, tag } = await readConfigNames(id, since);
  return { version: value.version, names: Object.keys(value.values), tag, changed: value.changed ?? [] };
}

function isOutdated(error: unknown): boolean {
  return error instanceof Refusal && error.status === 412;
}
