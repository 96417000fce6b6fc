/** Work that is done again and again, by one controller at a time. */
export interface Job {
  /** Its row in the database: a job of another name is another job. */
  readonly name: string;
  /** From the end of one run to the start of the next, at the longest. */
  readonly everyMs: number;
  /** A run that takes longer is given up and tried again later. */
  readonly deadlineMs: number;
  /** Does the work. The signal is aborted at the deadline, when the controller stops, and when it lost the job. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}
