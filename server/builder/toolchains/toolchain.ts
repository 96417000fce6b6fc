/** Compilers and the like that builds use and containers do not need. */
export interface Toolchain {
  readonly name: string;
  readonly version: string;
  /** `Go 1.24.4`, for people. */
  readonly title: string;
  /** The tree, unpacked: build containers find it at `/build/runtimes/NAME`. */
  readonly folder: string;
}

/** Where the versions of one toolchain come from. */
export interface ToolchainSource {
  /**
   * The toolchain for a range. `onFetch` is called before a download. @throws UserError when nothing matches
   * or it cannot be had
   */
  ensure(range: string, onFetch?: (what: string) => void): Promise<Toolchain>;
}

/** By name. */
export type ToolchainSources = Readonly<Record<string, ToolchainSource>>;
