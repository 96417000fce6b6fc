import type { SavedSlug } from '../../slug/slug-files.js';

/** A language runtime that a build needs: its name, and which versions will do. */
export interface RuntimeRequest {
  readonly name: string;
  /** `*` stands for "the default". */
  readonly range: string;
}

/** A language runtime, apart from slugs. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** Below /app, e.g. `.deis/node`: where builds and containers find it. */
  readonly mount: string;
  /** `Node.js 22.1.0 and npm 10.9.0`, for people. */
  readonly title: string;
  /** The tree, unpacked: build containers use it from here. */
  readonly folder: string;
  /** The same as nodes download it. */
  readonly slug: SavedSlug;
}

/** Where the versions of one runtime come from. */
export interface RuntimeSource {
  /**
   * The runtime for a range. `onFetch` is called before a download. @throws UserError when nothing matches or
   * it cannot be had
   */
  ensure(range: string, onFetch?: (what: string) => void): Promise<Runtime>;
}

/** By name. */
export type RuntimeSources = Readonly<Record<string, RuntimeSource>>;
