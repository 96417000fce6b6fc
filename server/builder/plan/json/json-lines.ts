import { isMap, isPair, isSeq, LineCounter, parseDocument, type Node } from 'yaml';

/**
 * The line, from 1, of a place in a JSON text that JSON.parse reads: of the key where it has one. Undefined where
 * it cannot be told.
 * @param path keys, and places in lists from 0
 */
export function lineOf(text: string, path: readonly (string | number)[]): number | undefined {
  const lines = new LineCounter();
  try {
    let node: unknown = parseDocument(text, {
      lineCounter: lines,
      logLevel: 'silent',
      uniqueKeys: false,
    }).contents;
    let offset: number | undefined = startOf(node);
    for (const key of path) {
      if (isMap(node)) {
        const pair = node.items.findLast(
          (each) => isPair(each) && (each.key as { value?: unknown } | null)?.value === key,
        );
        if (pair === undefined) break;
        offset = startOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node) && typeof key === 'number') {
        node = node.items[key];
        offset = startOf(node) ?? offset;
      } else break;
    }
    return offset === undefined ? undefined : lines.linePos(offset).line;
  } catch {
    return undefined;
  }
}

/** The line where JSON.parse gave up, as its message tells the position; the last one where it does not. */
export function lineOfSyntaxError(text: string, message: string): number {
  const [, position = String(text.length)] = /at position (\d{1,9})/.exec(message) ?? [];
  return text.slice(0, Number(position)).split('\n').length;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
