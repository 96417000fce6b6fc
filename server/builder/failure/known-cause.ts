/** A cause of failed builds that is known by what programs print. */
export interface KnownCause {
  /** Short, for tests and for whoever adds one: `no-space`. */
  readonly name: string;
  /**
   * Texts that one line holds, in any case of letters; `…` stands for what lies between two parts. Any of
   * them will do.
   */
  readonly patterns: readonly string[];
  /** One sentence for the pusher. `{host}`: of the first URL or host name of that line. */
  readonly advice: string;
}
