/** Values of a body, at any depth: a thousand names of this and that are far fewer. */
const maxValues = 20_000;
/** Far deeper than what is allowed, which the parsed value tells by its place; a parser's time grows with it. */
const maxDepth = 500;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/**
 * Why a text of JSON is not to be parsed: to make a million values of 2 MiB, and to look at each, holds everybody up
 * for half a second. Looks at each byte once, whether it is JSON or not. Undefined: parse it.
 */
export function tooMuchJson(text: Uint8Array): string | undefined {
  let depth = 0;
  let values = 1;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at]!;
    if (isText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (byte === comma) values += 1;
    else if (byte >= 0x5b) {
      if (opening.has(byte)) {
        depth += 1;
        values += 1;
      } else if (closing.has(byte)) depth -= 1;
    }
    if (values > maxValues) return `has more than ${maxValues} values`;
    if (depth > maxDepth) return `nested deeper than ${maxDepth} levels`;
  }
  return undefined;
}
