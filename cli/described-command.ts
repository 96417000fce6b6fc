/** A command as `deis commands --json` lists it. */
export interface DescribedCommand {
  readonly name: string;
  /** `layers:scale <layer=count...>` */
  readonly usage: string;
  readonly summary: string;
  readonly shortcuts: readonly string[];
  readonly options: readonly { readonly flags: string; readonly meaning: string }[];
  readonly on_formation: boolean;
  readonly json: boolean;
}
