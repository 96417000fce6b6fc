/** A file of APT sources: its name decides the format (`.sources` is deb822, `.list` one line each). */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Those sources of a host that offer its own suite: binary packages of the component main in `codename`, its
 * updates and its security suite. Everything else (other vendors, backports, sources) is left out: an image
 * needs nothing of it. Files left empty are dropped.
 */
export function selectSources(files: readonly SourceFile[], codename: string): SourceFile[] {
  return files
    .map((file) => ({
      name: file.name,
      text: file.name.endsWith('.sources')
        ? selectStanzas(file.text, codename)
        : selectLines(file.text, codename),
    }))
    .filter((file) => file.text !== '');
}

const ownSuites = (codename: string): string[] => [
  codename,
  `${codename}-updates`,
  `${codename}-security`,
  `${codename}/updates`,
];

function selectStanzas(text: string, codename: string): string {
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/);
  return joined(
    stanzas.map((stanza) => selectStanza(stanza.trim(), codename)),
    '\n\n',
  );
}

function selectStanza(stanza: string, codename: string): string {
  const field = (name: string): string[] =>
    new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
  const suites = field('Suites').filter((suite) => ownSuites(codename).includes(suite));
  if (
    suites.length === 0 ||
    !field('Types').includes('deb') ||
    !field('Components').includes('main') ||
    field('Enabled').includes('no')
  )
    return '';
  return stanza
    .replace(/^Suites:.*(\n[ \t].*)*/im, `Suites: ${suites.join(' ')}`)
    .replace(/^Types:.*/im, 'Types: deb');
}

function selectLines(text: string, codename: string): string {
  const own = (line: string): boolean => {
    const [, suite, components] = /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return (
      suite !== undefined && ownSuites(codename).includes(suite) && components!.split(/\s+/).includes('main')
    );
  };
  return joined(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(own),
    '\n',
  );
}

const joined = (parts: readonly string[], separator: string): string => {
  const kept = parts.filter((part) => part !== '');
  return kept.length === 0 ? '' : `${kept.join(separator)}\n`;
};

/** The keyring of the package debian-archive-keyring: it holds the keys of every suite that is kept up. */
export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Sources of a Debian host's own suite, turned into those of another: same mirrors, other suite. Keyrings of a
 * single Debian suite, and none at all, become Debian's whole keyring; an operator's own stays.
 */
export function changeSuite(files: readonly SourceFile[], from: string, to: string): SourceFile[] {
  if (from === to) return [...files];
  const suite = new RegExp(`(?<=\\s)${from}(?=$|\\s|-updates\\b|-security\\b)`, 'gm');
  return files.map(({ name, text }) => {
    const renamed = text
      .replaceAll(suite, to)
      .replaceAll(/\/usr\/share\/keyrings\/debian-archive-[\w.-]+/g, debianKeyring);
    return { name, text: name.endsWith('.sources') ? signStanzas(renamed) : signLines(renamed) };
  });
}

function signStanzas(text: string): string {
  const signed = (stanza: string): string =>
    /^Signed-By:/im.test(stanza) ? stanza : `${stanza}\nSigned-By: ${debianKeyring}`;
  return joined(text.trim().split('\n\n').map(signed), '\n\n');
}

function signLines(text: string): string {
  return text
    .replaceAll(/^deb\s+(?!\[)/gm, `deb [signed-by=${debianKeyring}] `)
    .replaceAll(/^deb\s+\[(?![^\]]*signed-by=)/gim, `deb [signed-by=${debianKeyring} `);
}

const publicMirror = 'http://deb.debian.org/debian';

/**
 * Sources of a suite on a Debian mirror, by default the public one, for hosts that are not Debian. Security
 * updates lie apart from a mirror: they are Debian's own where the mirror is.
 */
export function mirrorSources(suite: string, mirror: string = publicMirror): SourceFile[] {
  const line = (uri: string, name: string): string =>
    `deb [signed-by=${debianKeyring}] ${uri} ${name} main\n`;
  const lines = [
    line(mirror, suite),
    line(mirror, `${suite}-updates`),
    ...(mirror === publicMirror ? [line(`${publicMirror}-security`, `${suite}-security`)] : []),
  ];
  return [{ name: 'debian.list', text: lines.join('') }];
}

/**
 * Of `apt-config dump`, what says how to reach the mirrors (proxies, certificates, retries, dates), as lines
 * of an apt.conf.
 */
export function selectAptSettings(dump: string): string {
  const kept = dump
    .split('\n')
    .filter((line) => /^Acquire::(https?::|Check-|Retries|ForceIPv|Max-FutureTime)\S* ".+";$/i.test(line));
  return ['APT::Install-Recommends "false";', 'Acquire::Languages "none";', ...kept, ''].join('\n');
}
