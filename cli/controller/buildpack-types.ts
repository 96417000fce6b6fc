/** What the controller answers of the buildpacks of a formation. */
export interface Buildpacks {
  readonly buildpacks: readonly string[];
  readonly available: readonly string[];
}
