/**
 * Of cases that take long and guard much the same, the one whose turn it is: `npm test` says the commit's turn to its
 * test files, see bin/test/turns.mjs. All of them where it says none: TEST_ROTATION=all, or mocha by itself.
 */
export function ofTurn<T>(
  cases: readonly T[],
  { TEST_TURN: turn }: { readonly TEST_TURN?: string } = process.env,
): readonly T[] {
  return turn === undefined ? cases : [cases[Number(turn) % cases.length]!];
}
