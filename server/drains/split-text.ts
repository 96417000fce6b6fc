/** A text in parts of at most so many bytes of UTF-8, none of which cuts a character. One part at least. */
export function splitText(text: string, maxBytes: number): string[] {
  // A UTF-16 unit is three bytes at most.
  if (text.length * 3 <= maxBytes) return [text];
  const bytes = Buffer.from(text, 'utf8');
  const parts: string[] = [];
  for (let from = 0; from < bytes.length;) {
    let to = Math.min(from + maxBytes, bytes.length);
    while (to < bytes.length && isContinuation(bytes[to])) to -= 1;
    parts.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return parts;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
