import { UserError } from '../base/errors.js';
import type { Resource } from './resource.js';
import type { Notification } from './resources/common.js';
import { commonShapes, resourceShapes, type Shape } from './resource-shapes.js';
import { Secret } from '../base/secret.js';

/**
 * What a recipe returned, as resources, for recipes that no compiler has checked. @throws UserError naming
 * the resource, the property and what was there
 */
export function checkResources(returned: unknown): Resource[] {
  if (returned instanceof Promise)
    throw new UserError('it returned a promise: a recipe must not be an async function');
  if (!Array.isArray(returned))
    throw new UserError(`it returned ${shown(returned)}, a list of resources was expected`);
  return returned.map((item: unknown, index) => checkResource(item, index));
}

function checkResource(item: unknown, index: number): Resource {
  const where = `item ${index + 1} of what it returned`;
  if (typeof item !== 'object' || item === null)
    throw new UserError(`${where} is ${shown(item)}, a resource was expected`);
  const { kind, name, ...rest } = item as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(resourceShapes, kind))
    throw new UserError(
      `${where} is of the kind ${shown(kind)}; there are ${Object.keys(resourceShapes).join(', ')}`,
    );
  if (typeof name !== 'string' || name === '')
    throw new UserError(`${where}, a ${kind}, has the name ${shown(name)}, a text was expected`);
  checkProperties(`${kind}[${name}]`, kind as Resource['kind'], rest);
  return item as Resource;
}

function checkProperties(
  id: string,
  kind: Resource['kind'],
  properties: Readonly<Record<string, unknown>>,
): void {
  const required: Readonly<Record<string, Shape>> = resourceShapes[kind].required;
  const all: Readonly<Record<string, Shape>> = {
    ...commonShapes.optional,
    ...resourceShapes[kind].optional,
    ...required,
  };
  for (const [property, value] of Object.entries(properties)) {
    const shape = Object.hasOwn(all, property) ? all[property] : undefined;
    if (shape === undefined)
      throw new UserError(`${id} has no property ${property}; there are ${Object.keys(all).join(', ')}`, {
        field: property,
      });
    if (value !== undefined && !fits(value, shape))
      throw new UserError(`${id}: ${property} is ${shown(value)}, ${said(shape)} was expected`, {
        field: property,
      });
  }
  const missing = Object.keys(required).find((property) => properties[property] === undefined);
  if (missing !== undefined) throw new UserError(`${id} needs the property ${missing}`, { field: missing });
}

type Word = Exclude<Shape, readonly string[]>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isSecret = (value: unknown): boolean => value instanceof Secret;
const isTextOrSecret = (value: unknown): boolean => isText(value) || isSecret(value);
const listOf = (isItem: (item: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(isItem);
const objectOf = (isItem: (item: unknown) => boolean) => (value: unknown) =>
  isObject(value) && Object.values(value).every(isItem);

const judges: Readonly<Record<Word, (value: unknown) => boolean>> = {
  flag: (value) => typeof value === 'boolean',
  number: (value) => Number.isFinite(value),
  text: isText,
  secret: isSecret,
  'text or secret': isTextOrSecret,
  'text or number': (value) => isText(value) || Number.isFinite(value),
  'list of text': listOf(isText),
  'list of notifications': listOf(isNotification),
  'object of text': objectOf(isText),
  'object of secrets': objectOf(isSecret),
  'object of text or secrets': objectOf(isTextOrSecret),
  object: isObject,
};

function fits(value: unknown, shape: Shape): boolean {
  return typeof shape === 'string' ? judges[shape](value) : shape.some((word) => word === value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** Its other words are judged where it is compiled, with what it notifies in sight. */
function isNotification(item: unknown): boolean {
  if (!isObject(item)) return false;
  const { resource, action, timing = 'delayed' } = item as Partial<Record<keyof Notification, unknown>>;
  return (
    typeof resource === 'string' &&
    typeof action === 'string' &&
    (timing === 'delayed' || timing === 'immediate')
  );
}

function said(shape: Shape): string {
  if (typeof shape !== 'string') return `one of ${shape.join(', ')}`;
  if (shape === 'list of notifications') return 'a list of { resource, action, timing }';
  return shape === 'flag' ? 'true or false' : `${shape.startsWith('object') ? 'an' : 'a'} ${shape}`;
}

/** Short, and never a secret's value. */
function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text = value instanceof Secret ? 'a secret' : (JSON.stringify(value) ?? 'undefined');
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
