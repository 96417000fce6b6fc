import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { homedir } from 'node:os';
import { parse } from 'yaml';
import { messageOf, UserError } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import { certificateProblems } from './certificate-problems.js';
import { planeFile, type PlaneFile } from './plane-file.js';
import { fieldProblems } from './plane-file-problems.js';
import { planeProblems } from './plane-problems.js';

const maxBytes = 1024 * 1024;

/** A file of `install` with what the files beside it hold. */
export interface ReadPlanes {
  readonly file: PlaneFile;
  /** That SSH enters hosts with. */
  readonly sshKey: Secret;
  /** Those of `settings`, as texts. */
  readonly settings: Readonly<Record<string, Secret>>;
  /** Of the operator's certificate. */
  readonly certificate?: { readonly chain: string; readonly key: Secret };
  /** PEM of who speaks for the host of the CA. */
  readonly acmeAuthorities?: string;
  /** Of the operator's database. */
  readonly databaseUrl?: Secret;
}

/**
 * Reads and checks a file of YAML or JSON; paths in it are of its own folder. @throws UserError with every problem,
 * each naming the field, what is there and what to do
 */
export async function readPlaneFile(path: string, now = new Date()): Promise<ReadPlanes> {
  const file = checkPlanes(path, await textOf(path, path));
  const read = await withFiles(path, file);
  refuse(path, read.problems);
  const { certificate } = read.planes;
  if (certificate !== undefined) refuse(path, certificateProblems(certificate, file.public_url, now));
  return read.planes;
}

/** The checked content. @param path names it in errors @throws UserError */
export function checkPlanes(path: string, text: string): PlaneFile {
  let input: unknown;
  try {
    input = parse(text);
  } catch (error) {
    throw new UserError(`${path} is neither YAML nor JSON: ${messageOf(error)}`, { cause: error });
  }
  const result = planeFile.safeParse(input);
  if (!result.success) refuse(path, fieldProblems(result.error, input));
  const file = result.data!;
  refuse(path, planeProblems(file));
  return file;
}

function refuse(path: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new UserError([`${path} is not right:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
}

async function withFiles(
  path: string,
  file: PlaneFile,
): Promise<{ readonly planes: ReadPlanes; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const read = async (field: string, name: string): Promise<string> => {
    const at = placeOf(path, name);
    return textOf(at, name).catch((error: unknown) => {
      problems.push(`${field} is "${name}": ${messageOf(error)}`);
      return '';
    });
  };
  const { certificate, key, acme } = file.proxy.tls;
  const { url_file: urlFile } = file.postgresql;
  const settings = await settingsOf(file, read, problems);
  const planes: ReadPlanes = {
    file,
    settings,
    sshKey: new Secret(await read('ssh_key', file.ssh_key)),
    ...(certificate === undefined || key === undefined
      ? {}
      : {
          certificate: {
            chain: await read('proxy.tls.certificate', certificate),
            key: new Secret(await read('proxy.tls.key', key)),
          },
        }),
    ...(acme?.ca_file === undefined
      ? {}
      : { acmeAuthorities: await read('proxy.tls.acme.ca_file', acme.ca_file) }),
    ...(urlFile === undefined
      ? {}
      : { databaseUrl: new Secret((await read('postgresql.url_file', urlFile)).trim()) }),
  };
  return { planes, problems };
}

/** @param read by field and name @param problems takes those of values */
async function settingsOf(
  file: PlaneFile,
  read: (field: string, name: string) => Promise<string>,
  problems: string[],
): Promise<Record<string, Secret>> {
  const settings: Record<string, Secret> = {};
  for (const [name, value] of Object.entries(file.settings)) {
    const text =
      typeof value === 'object' ? (await read(`settings.${name}.file`, value.file)).trim() : String(value);
    if (/[\n\0]/.test(text)) problems.push(`settings.${name} has several lines: expected one`);
    settings[name] = new Secret(text);
  }
  return settings;
}

/** Of the file's own folder, or of a home. */
function placeOf(path: string, name: string): string {
  if (name.startsWith('~/')) return resolve(homedir(), name.slice(2));
  return resolve(dirname(path), name);
}

/** @param name what people call it @throws UserError */
async function textOf(path: string, name: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new UserError(`${name} is larger than 1 MiB`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      code === 'ENOENT' ? `there is no file ${name}` : `${name} cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
