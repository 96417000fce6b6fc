import * as sdk from '@aws-sdk/client-ec2';
import { Refusal } from './refusal.js';

/**
 * The SDK's own description of EC2's API: [kind, namespace, name, traits, names or member, schemas, how many
 * are required].
 */
type Schema = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  names: readonly string[] | Member,
  schemas?: readonly Member[],
  required?: number,
];
type Member = number | Schema | (() => Schema) | readonly [Member, Readonly<Record<string, unknown>>];

const structure = 3;
const list = 1;

/**
 * Checks the names of a request against the SDK's model. @throws Refusal for a member that there is not, and
 * for one that is missing
 */
export function checkShape(action: string, params: URLSearchParams): void {
  const schema = (sdk as unknown as Record<string, Schema | undefined>)[`${action}Request$`];
  if (schema === undefined) throw new Refusal('InvalidAction', action);
  for (const key of params.keys()) {
    if (key !== 'Action' && key !== 'Version' && !has(schema, key.split('.')))
      throw new Refusal('UnknownParameter', key);
  }
  for (const name of queryNames(schema).slice(0, schema[6] ?? 0)) {
    if (![...params.keys()].some((key) => key === name || key.startsWith(`${name}.`)))
      throw new Refusal('MissingParameter', name);
  }
}

function has(schema: Schema, [first = '', ...rest]: readonly string[]): boolean {
  if (schema[0] === list) return /^[1-9]\d*$/.test(first) && leads(schema[4] as Member, rest);
  if (schema[0] !== structure) return false;
  const at = queryNames(schema).indexOf(first);
  return at >= 0 && leads(schema[5]![at]!, rest);
}

function leads(member: Member, rest: readonly string[]): boolean {
  const [schema] = unpacked(member);
  if (typeof schema === 'number') return rest.length === (schema >= 64 ? 1 : 0);
  return schema[0] === structure || schema[0] === list ? has(schema, rest) : rest.length === 0;
}

/** The names as the EC2 Query protocol writes them. */
function queryNames(schema: Schema): string[] {
  return (schema[4] as readonly string[]).map((name, index) => {
    const [, traits] = unpacked(schema[5]![index]!);
    const given = traits['ec2QueryName'] ?? traits['xmlName'] ?? name;
    return `${String(given)[0]!.toUpperCase()}${String(given).slice(1)}`;
  });
}

function unpacked(member: Member): [schema: number | Schema, traits: Readonly<Record<string, unknown>>] {
  if (typeof member === 'number') return [member, {}];
  if (typeof member === 'function') return [member(), {}];
  if (member.length === 2) return [unpacked(member[0])[0], member[1]];
  return [member as Schema, {}];
}
