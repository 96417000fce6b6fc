import { UserError } from '../../../base/errors.js';
import type { FormationParts } from '../context/formation-parts.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { enqueueOperation } from './enqueue-operation.js';
import { importBuildKind } from './kinds/import-build.js';
import { parseProcfile } from './process-types/parse-procfile.js';
import { wrongProcessType } from './process-types/process-type.js';

export interface ImportRequest {
  readonly url: string;
  readonly sha256: string;
  /** The text of a Procfile, or process type -> command. */
  readonly procfile: string | Readonly<Record<string, string>>;
  readonly commit: string | null;
}

/**
 * Queues the fetch of a slug that was built elsewhere, and the deploy of its release. @throws UserError that
 * names the field for a URL or a Procfile that cannot be
 */
export async function importBuild(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  { url, sha256, procfile, commit }: ImportRequest,
): Promise<OperationRecord> {
  const params = { url: checkedUrl(url), sha256, procfile: processesOf(procfile), commit };
  return enqueueOperation(parts, {
    actor: { userId: user.id },
    formation,
    kind: importBuildKind,
    params,
  });
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw wrong('url', 'the url is not valid: expected e.g. https://builds.example.com/app.tgz');
  if (url.username !== '' || url.password !== '')
    throw wrong('url', 'the url has a user name or password, which would be stored: expected a signed URL');
  return url.href;
}

function processesOf(procfile: ImportRequest['procfile']): Record<string, string> {
  try {
    return parseProcfile(typeof procfile === 'string' ? procfile : textOf(procfile));
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw wrong('procfile', cause.message, cause);
  }
}

/** One rule for both forms: the text that it would be. */
function textOf(procfile: Readonly<Record<string, string>>): string {
  const lines = Object.entries(procfile).map(([type, command]) => {
    const problem = wrongProcessType(type);
    if (problem !== undefined) throw wrong('procfile', problem);
    if (/[\r\n]/.test(command))
      throw wrong('procfile', `the command of ${type} has several lines: expected one`);
    return `${type}: ${command}`;
  });
  return lines.join('\n');
}

function wrong(field: string, message: string, cause?: unknown): UserError {
  return new UserError(message, { field, cause });
}
