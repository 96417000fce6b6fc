/** A row of acceptance that takes long at full length; `npm test` runs it scaled down. */
export interface Soak {
  readonly about: string;
  /** Resolves when all held; throws what did not. `args` are what stood after the name. */
  readonly run: (call: {
    readonly args: readonly string[];
    readonly talk: (line: string) => void;
  }) => Promise<void>;
}
