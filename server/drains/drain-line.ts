import type { KeptLine } from '../log/kept-line-reader.js';

/** One line as sinks get it. */
export interface DrainLine extends KeptLine {
  /** Name of the formation. */
  readonly formation: string;
}
