/** What a graph counts. */
export type Unit = 'per second' | 'ms' | 'cores' | 'bytes' | 'times' | 'share';

/** An amount as people say it: `12 per second`, `190 ms`, `260.0 MB`, `81 %`. */
export function amountIn(unit: Unit, value: number): string {
  if (unit === 'share') return `${Math.round(value * 100)} %`;
  if (unit === 'bytes') return bytes(value);
  return `${short(value)}${unit === 'times' ? '' : ` ${unit}`}`;
}

/** The same beside an axis, whose title says what is counted: `12`, `190 ms`. */
export function amountOnAxis(unit: Unit, value: number): string {
  return unit === 'per second' ? short(value) : amountIn(unit, value);
}

function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  return `${Math.round(value / 1e3)} kB`;
}

/** Three digits, and no more than two behind the point, but two that say something of what is small. */
function short(value: number): string {
  if (value > 0 && value < 0.1)
    return value.toPrecision(2).includes('e') ? '0' : String(Number(value.toPrecision(2)));
  if (value >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : 2);
}
