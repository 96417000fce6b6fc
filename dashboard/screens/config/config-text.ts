/** What needs no quotes, whoever reads it. */
const bare = /^[\w@%+=:,./-]*$/;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const gap = /(?:\s+|#[^\n]*)*/y;
const pair =
  /(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(?:"((?:[^"\\]|\\[^])*)"|'([^']*)'|((?!["'])[^\n]*))[ \t\r]*(?=\n|$)/y;

/** Variables as a text that `deis config:push` reads, too: `NAME=value` a line, quoted where it must be. */
export function toText(values: ReadonlyMap<string, string>): string {
  return [...values]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}

function quoted(value: string): string {
  if (bare.test(value)) return value;
  return `"${value.replace(/[\\"$`]/g, '\\$&').replaceAll('\r', '\\r')}"`;
}

/** The variables of such a text. Comments go. @throws Error that says in which line, and quotes no value */
export function fromText(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let at = passed(gap, text, 0)!.end;
  while (at < text.length) {
    const wrong = (what: string): Error => new Error(`Line ${text.slice(0, at).split('\n').length}: ${what}`);
    const found = passed(pair, text, at);
    if (found === undefined)
      throw wrong('no NAME=value. A value that begins with a quote ends with that quote.');
    const [, name, double, single, plain = ''] = found.match;
    if (values.has(name!)) throw wrong(`${name} stands there twice.`);
    if (/[ \t]#/.test(plain))
      throw wrong('the # may begin a comment or be part of the value: quote the value.');
    values.set(name!, double === undefined ? (single ?? plain.trim()) : unescaped(double));
    at = passed(gap, text, found.end)!.end;
  }
  return values;
}

function unescaped(text: string): string {
  return text.replace(
    /\\([^])/g,
    (whole, character: string) => escapes[character] ?? ('"\\$`'.includes(character) ? character : whole),
  );
}

function passed(
  form: RegExp,
  text: string,
  at: number,
): { readonly match: RegExpExecArray; readonly end: number } | undefined {
  form.lastIndex = at;
  const match = form.exec(text);
  return match === null ? undefined : { match, end: form.lastIndex };
}
