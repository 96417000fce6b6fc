import type { ProxyChanges, ProxySettings } from '../../api/types.js';
import { sizeText } from '../../parts/size.js';
import { algorithms, proxyFields, type ProxyField } from './proxy-fields.js';

const [defaultAlgorithm] = Object.keys(algorithms);

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
  for (const field of proxyFields) {
    const value = valueOf(field, typed[field.name] ?? '');
    if (JSON.stringify(value) === JSON.stringify(valueOf(field, before[field.name] ?? ''))) continue;
    if (field.kind === 'page') pages[field.name.replace('error_page.', '')] = value;
    else changes[field.name] = value;
  }
  if (Object.keys(pages).length > 0) changes['error_page'] = pages;
  return Object.keys(changes).length > 0 ? (changes as ProxyChanges) : undefined;
}

/** As the API takes it; null: the default. */
function valueOf({ kind }: ProxyField, typed: string): unknown {
  const text = typed.trim();
  if (text === '' || text === 'off' || text === defaultAlgorithm) return null;
  if (kind === 'number') return Number(text);
  if (kind === 'switch') return true;
  return kind === 'networks' ? text.split(/[\s,]+/) : text;
}

/** Each setting in words, for those who may not change it. */
export function proxyInWords(settings: ProxySettings): readonly (readonly [string, string])[] {
  const typed = typedProxy(settings);
  return proxyFields.map((field) => [field.label, wordsOf(field, typed[field.name] ?? '')]);
}

function wordsOf({ kind, none }: ProxyField, typed: string): string {
  if (typed === '') return none;
  return kind === 'choice' ? algorithms[typed as keyof typeof algorithms] : typed.replaceAll('\n', ', ');
}
