import type { FieldError, Quota, QuotaChanges } from '../../api/types.js';
import { sizeText } from '../../parts/figures/size.js';

/** What is typed of a quota; empty: no limit. */
export interface TypedQuota {
  readonly containers: string;
  readonly memory: string;
  readonly cpus: string;
  readonly disk: string;
  /** Of guests to come alone. */
  readonly guests: string;
}

/** A quota as it would have been typed. @param guests of those to come: how many each person may have */
export function typedQuota(
  { containers, memory, cpus, disk }: Quota,
  guests: number | null = null,
): TypedQuota {
  const text = (value: number | null): string => (value === null ? '' : String(value));
  return {
    containers: text(containers),
    memory: memory === null ? '' : sizeText(memory),
    cpus: text(cpus),
    disk: disk === null ? '' : sizeText(disk),
    guests: text(guests),
  };
}

/** In a few words: `10 containers, 2G, 2 cores, 5G of disk`. */
export function quotaInWords(quota: Quota): string {
  const { containers, memory, cpus, disk } = typedQuota(quota);
  const parts = [
    ...(containers === '' ? [] : [`${containers} ${containers === '1' ? 'container' : 'containers'}`]),
    ...(memory === '' ? [] : [memory]),
    ...(cpus === '' ? [] : [`${cpus} ${cpus === '1' ? 'core' : 'cores'}`]),
    ...(disk === '' ? [] : [`${disk} of disk`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** What of `typed` differs from `before`; what was emptied takes a limit away, as `none` does. */
export function quotaChanges(
  typed: TypedQuota,
  before: TypedQuota,
): { readonly changes: QuotaChanges; readonly wrong: readonly FieldError[] } {
  const wrong: FieldError[] = [];
  const isChanged = (name: keyof TypedQuota): boolean => typed[name].trim() !== before[name];
  const given = (name: keyof TypedQuota): string | null =>
    ['', 'none'].includes(typed[name].trim()) ? null : typed[name].trim();
  const number = (name: Exclude<keyof TypedQuota, 'memory' | 'disk'>): number | null => {
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
    ...(isChanged('disk') && { disk: given('disk') }),
    ...(isChanged('guests') && { guests: number('guests') }),
  };
  return { changes, wrong };
}
