import type { FormationParts } from './formation-parts.js';

/** What binds a function to the parts: the same function without its first argument. */
export function binderOf(parts: FormationParts) {
  return <Args extends unknown[], Result>(
      act: (parts: FormationParts, ...args: Args) => Result,
    ): ((...args: Args) => Result) =>
    (...args) =>
      act(parts, ...args);
}
