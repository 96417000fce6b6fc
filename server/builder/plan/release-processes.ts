import { parseAllDocuments, type Document } from 'yaml';
import { messageOf, UserError } from '../../../base/errors.js';
import { maxProcessTypes, wrongProcessType } from '../../formation/requests/process-types/process-type.js';
import type { Processes } from './app-source.js';
import type { BuildPlan } from './plan-build.js';

const maxCommand = 4096;
const maxAliases = 10;

/**
 * The process types of a build: its Procfile's, else those of the plan and, over them, of what the buildpacks'
 * `bin/release` have said, YAML documents in the order of the buildpacks.
 * @throws UserError for an app that nothing says how to start, and for a document that is wrong
 */
export function releaseProcesses(plan: BuildPlan, released: string): Processes {
  if (plan.hasProcfile) return plan.processes;
  const said = parseAllDocuments(released, { logLevel: 'silent' });
  const processes: Record<string, string> = { ...plan.processes };
  for (const document of said) {
    const types = asMap(asMap(valueOf(document))['default_process_types']);
    for (const [type, command] of Object.entries(types)) processes[type] = checked(type, command);
  }
  const count = Object.keys(processes).length;
  if (count > maxProcessTypes) throw wrong(`has ${count} process types: expected at most ${maxProcessTypes}`);
  if (count > 0) return processes;
  throw new UserError(plan.unstartable ?? 'nothing says how to start the app: push a Procfile', {
    field: 'Procfile',
  });
}

function valueOf(document: Document): unknown {
  if (document.errors.length > 0) throw wrong(`is not valid YAML: ${document.errors[0]!.message}`);
  try {
    return document.toJS({ maxAliasCount: maxAliases }) as unknown;
  } catch (cause) {
    throw wrong(`is not valid YAML: ${messageOf(cause)}`);
  }
}

function checked(type: string, command: unknown): string {
  const problem = wrongProcessType(type);
  if (problem !== undefined) throw wrong(problem);
  if (typeof command !== 'string' || command.trim() === '' || command.length > maxCommand)
    throw wrong(`has no command for ${type}: expected a text of at most ${maxCommand} characters`);
  return command.trim();
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function wrong(message: string): UserError {
  return new UserError(`what bin/release of a buildpack says ${message}`, { field: 'default_process_types' });
}
