import { useEffect, useState } from 'preact/hooks';
import { readConfigChanges } from '../../api/app/release-requests.js';
import type { ConfigPair } from './release-diff.js';

/** The most that one request compares. */
const maxPairs = 100;

/** Names of the variables in which versions of the config differ; none before they are read. */
export function useConfigNames(
  formation: string,
  pairs: readonly ConfigPair[],
): (pair: ConfigPair) => readonly string[] {
  const [known, setKnown] = useState<ReadonlyMap<string, readonly string[]>>(new Map());
  // Versions never change: what is read once is not read again.
  const wanted = [...new Set(pairs.filter(([from, to]) => from !== to).map(keyOf))]
    .filter((key) => !known.has(key))
    .slice(0, maxPairs)
    .join(',');
  useEffect(() => {
    if (wanted === '') return;
    let isOver = false;
    readConfigChanges(formation, wanted).then(
      ({ results }) =>
        isOver ||
        setKnown(
          (before) =>
            new Map([
              ...before,
              ...results.map((each) => [keyOf([each.from, each.to]), each.changed] as const),
            ]),
        ),
      // The versions are shown all the same.
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [formation, wanted]);
  return (pair) => known.get(keyOf(pair)) ?? [];
}

function keyOf([from, to]: ConfigPair): string {
  return `${from}-${to}`;
}
