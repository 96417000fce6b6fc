/** A command that a release ran once. */
export interface PhaseOutput {
  readonly node: string | null;
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly exit_code: number | null;
  readonly lines: readonly string[];
  readonly begun_at: string | null;
  readonly ended_at: string | null;
}

/** What a release has left behind. */
export interface ReleaseOutput {
  readonly version: number;
  readonly state: string;
  readonly phase: PhaseOutput | null;
  /** Absent: of a controller from before 2026-11-29. */
  readonly postdeploy?: PhaseOutput | null;
  readonly containers: readonly {
    readonly node: string;
    readonly container: string;
    readonly reason: string;
    readonly lines: readonly string[];
    readonly at: string;
  }[];
}
