/** Why a release failed: its first line in the list, the others, with what containers wrote, for those who look. */
export function partsOf(reason: string): { readonly sentence: string; readonly rest: string } {
  const [sentence = '', ...rest] = reason.split('\n');
  return { sentence, rest: rest.join('\n') };
}
