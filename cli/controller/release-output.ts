/** What a release has left behind. */
export interface ReleaseOutput {
  readonly version: number;
  readonly state: string;
  readonly phase: {
    readonly node: string | null;
    readonly state: 'running' | 'succeeded' | 'failed';
    readonly exit_code: number | null;
    readonly lines: readonly string[];
    readonly begun_at: string | null;
    readonly ended_at: string | null;
  } | null;
  readonly containers: readonly {
    readonly node: string;
    readonly container: string;
    readonly reason: string;
    readonly lines: readonly string[];
    readonly at: string;
  }[];
}
