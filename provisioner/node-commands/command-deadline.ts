/** How long a command on a node may take. */
export interface CommandDeadline {
  /** Milliseconds. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** Where a command's output goes, byte for byte. */
export interface CommandOutput {
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
}
