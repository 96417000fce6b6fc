import {
  changedMeanwhile,
  namesToMerge,
  realEdits,
  type Edits,
  type Known,
  type Meanwhile,
} from './config-edits.js';

/** A config as it was read: without any value. */
export interface ReadNames {
  readonly version: number;
  /** What a change and a reveal go by. */
  readonly tag: string;
  readonly names: readonly string[];
}

/** What somebody sees of a config, and wants of it. */
export interface ConfigState extends Omit<ReadNames, 'names'> {
  readonly known: Known;
  readonly edits: Edits;
  /** Whose values are in sight. */
  readonly shown: ReadonlySet<string>;
  /** Of another person. */
  readonly meanwhile?: Meanwhile | undefined;
}

export function begin({ names, ...read }: ReadNames): ConfigState {
  return { ...read, known: { names, revealed: new Map() }, edits: new Map(), shown: new Set() };
}

/** @param value null: it goes; undefined: it stays as it is */
export function edit(state: ConfigState, name: string, value: string | null | undefined): ConfigState {
  const edits = new Map(state.edits);
  if (value === undefined) edits.delete(name);
  else edits.set(name, value);
  return { ...state, edits: realEdits(state.known, edits) };
}

/** As a text of all variables says: what it does not name goes. */
export function editAll(state: ConfigState, values: ReadonlyMap<string, string>): ConfigState {
  const gone = state.known.names.filter((name) => !values.has(name));
  const edits = new Map<string, string | null>([...values, ...gone.map((name) => [name, null] as const)]);
  return { ...state, edits: realEdits(state.known, edits) };
}

export function discard(state: ConfigState): ConfigState {
  return { ...state, edits: new Map() };
}

/** Of those that somebody wants to see, the names whose values the page does not have. */
export function unknownOf({ known, edits }: ConfigState, names: readonly string[]): string[] {
  return names.filter((name) => known.names.includes(name) && !known.revealed.has(name) && !edits.has(name));
}

/** Shows values; `values` are those that were asked for. */
export function show(
  state: ConfigState,
  names: readonly string[],
  values: Readonly<Record<string, string>>,
): ConfigState {
  const revealed = new Map([...state.known.revealed, ...Object.entries(values)]);
  const known = { ...state.known, revealed };
  return {
    ...state,
    known,
    edits: realEdits(known, state.edits),
    shown: new Set([...state.shown, ...names]),
  };
}

/** Hides values, and forgets those that are not being edited: to see one again is to reveal it again. */
export function hide(state: ConfigState, names: readonly string[]): ConfigState {
  const revealed = new Map(
    [...state.known.revealed].filter(([name]) => !names.includes(name) || state.edits.has(name)),
  );
  const shown = new Set([...state.shown].filter((name) => !names.includes(name)));
  return { ...state, known: { ...state.known, revealed }, shown };
}

/** Whose new values are needed to put the edits on top of what another person has changed. */
export function wantedToCatchUp(
  { edits }: ConfigState,
  { names }: ReadNames,
  changed: readonly string[],
): string[] {
  return namesToMerge(changed, names, edits);
}

/** The edits on top of what another person has changed; `theirs` are the values that were wanted. */
export function catchUp(
  state: ConfigState,
  { names, ...read }: ReadNames,
  changed: readonly string[],
  theirs: Readonly<Record<string, string>>,
): ConfigState {
  const kept = [...state.known.revealed].filter(([name]) => names.includes(name) && !changed.includes(name));
  const known = { names, revealed: new Map([...kept, ...Object.entries(theirs)]) };
  const meanwhile = changedMeanwhile(state.known, known, changed, state.edits);
  const edits = realEdits(known, state.edits);
  const shown = new Set([...state.shown].filter((name) => known.revealed.has(name) || edits.has(name)));
  return { ...read, known, edits, shown, meanwhile };
}
