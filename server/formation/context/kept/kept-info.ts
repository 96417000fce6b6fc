/** What is kept of one formation. */
export interface KeptInfo {
  readonly bytes: number;
  readonly files: number;
  /** When the oldest line that is kept came at the earliest, and the newest one; null of no lines. */
  readonly from: Date | null;
  readonly to: Date | null;
  readonly maxBytes: number;
  readonly maxDays: number;
}
