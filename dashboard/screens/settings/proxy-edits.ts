import type { ProxyChanges, ProxySettings } from '../../api/types.js';
import { sizeText } from '../../parts/figures/size.js';
import { proxyFields, type ProxyField } from './proxy-fields.js';

/** What is typed for each setting, by the name of its field; empty: as by default. */
export type TypedProxy = Readonly<Record<string, string>>;

/** Settings as a form shows them. */
export function typedProxy(settings: ProxySettings): TypedProxy {
  const { set, error_page: pages, body_size: bodySize } = settings;
  const values: Readonly<Record<string, unknown>> = {
    ...settings,
    body_size: bodySize === null ? null : sizeText(bodySize),
    // The API tells the default, too.
    timeout: set.includes('timeout') ? settings.timeout : null,
    ...Object.fromEntries(Object.entries(pages).map(([name, url]) => [`error_page.${name}`, url])),
  };
  return Object.fromEntries(proxyFields.map(({ name }) => [name, textOf(values[name])]));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join('\n') : String(value as string | number);
}

/** What of `typed` differs from `before`, for the API; null puts a default back. Undefined: nothing differs. */
export function proxyChanges(before: TypedProxy, typed: TypedProxy): ProxyChanges | undefined {
  const changes: Record<string, unknown> = {};
  const pages: Record<string, unknown> = {};
  for (const field of proxyFields.filter(({ mode }) => mode !== 'tcp' || isTcp(typed))) {
    const value = valueOf(field, typed[field.name] ?? '');
    if (JSON.stringify(value) === JSON.stringify(valueOf(field, before[field.name] ?? ''))) continue;
    if (field.kind === 'page') pages[field.name.replace('error_page.', '')] = value;
    else changes[field.name] = value;
  }
  if (Object.keys(pages).length > 0) changes['error_page'] = pages;
  return Object.keys(changes).length > 0 ? (changes as ProxyChanges) : undefined;
}

/** As the API takes it; null: the default. */
function valueOf({ kind, of = {} }: ProxyField, typed: string): unknown {
  const text = typed.trim();
  const [usual] = Object.keys(of);
  if (text === '' || text === 'off' || text === usual) return null;
  if (kind === 'number') return Number(text);
  if (kind === 'switch') return true;
  return kind === 'networks' ? text.split(/[\s,]+/) : text;
}

function isTcp(typed: TypedProxy): boolean {
  return typed['mode'] === 'tcp';
}

/**
 * Those that say something in the mode that is typed; of mode tcp also those of http that are set, which have to be
 * taken back.
 */
export function shownFields(
  fields: readonly ProxyField[],
  before: TypedProxy,
  typed: TypedProxy,
): readonly ProxyField[] {
  const isSet = (field: ProxyField): boolean =>
    [before, typed].some((each) => valueOf(field, each[field.name] ?? '') !== null);
  return fields.filter((field) => {
    if (field.mode === undefined) return true;
    return isTcp(typed) ? field.mode === 'tcp' || isSet(field) : field.mode === 'http';
  });
}

/** What a setting is while nothing is typed. */
export function noneOf({ none, noneOfTcp }: ProxyField, typed: TypedProxy): string {
  return isTcp(typed) ? (noneOfTcp ?? none) : none;
}

/** Each setting in words, for those who may not change it. */
export function proxyInWords(settings: ProxySettings): readonly (readonly [string, string])[] {
  const typed = typedProxy(settings);
  return shownFields(proxyFields, typed, typed).map((field) => {
    const text = typed[field.name] ?? '';
    return [
      field.label,
      text === '' ? noneOf(field, typed) : (field.of?.[text] ?? text.replaceAll('\n', ', ')),
    ];
  });
}
