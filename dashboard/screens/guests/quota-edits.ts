import type { QuotaChanges } from '../../api/infrastructure/guest-requests.js';
import type { FieldError, Quota } from '../../api/types.js';
import { sizeText } from '../../parts/size.js';

/** What is typed of a quota; empty: no limit, or of guests to come what holds already. */
export interface TypedQuota {
  readonly containers: string;
  readonly memory: string;
  readonly cpus: string;
  /** Of guests to come alone. */
  readonly guests: string;
}

/** Of guests to come: what holds is not shown. */
export const unknownQuota: TypedQuota = { containers: '', memory: '', cpus: '', guests: '' };

/** A quota as it would have been typed. */
export function typedQuota({ containers, memory, cpus }: Quota): TypedQuota {
  return {
    containers: containers === null ? '' : String(containers),
    memory: memory === null ? '' : sizeText(memory),
    cpus: cpus === null ? '' : String(cpus),
    guests: '',
  };
}

/** In a few words: `10 containers, 2G, 2 cores`. */
export function quotaInWords(quota: Quota): string {
  const { containers, memory, cpus } = typedQuota(quota);
  const parts = [
    ...(containers === '' ? [] : [`${containers} ${containers === '1' ? 'container' : 'containers'}`]),
    ...(memory === '' ? [] : [memory]),
    ...(cpus === '' ? [] : [`${cpus} ${cpus === '1' ? 'core' : 'cores'}`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** What of `typed` differs from `before`; `none`, and what was emptied, takes a limit away. */
export function quotaChanges(
  typed: TypedQuota,
  before: TypedQuota,
): { readonly changes: QuotaChanges; readonly wrong: readonly FieldError[] } {
  const wrong: FieldError[] = [];
  const isChanged = (name: keyof TypedQuota): boolean => typed[name].trim() !== before[name];
  const given = (name: keyof TypedQuota): string | null =>
    ['', 'none'].includes(typed[name].trim()) ? null : typed[name].trim();
  const number = (name: Exclude<keyof TypedQuota, 'memory'>): number | null => {
    const text = given(name);
    const value = Number(text);
    if (!Number.isFinite(value)) {
      const message = `${JSON.stringify(text)} is not a valid number: expected one like 2, or none`;
      wrong.push({ field: name, message });
    }
    return text === null ? null : value;
  };
  const changes: QuotaChanges = {
    ...(isChanged('containers') && { containers: number('containers') }),
    ...(isChanged('memory') && { memory: given('memory') }),
    ...(isChanged('cpus') && { cpus: number('cpus') }),
    ...(isChanged('guests') && { guests: number('guests') }),
  };
  return { changes, wrong };
}
