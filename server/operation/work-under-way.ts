/** What each place of a step is at (a node at a resource), so that its heartbeats can say what takes so long. */
export class WorkUnderWay {
  /** By place; who began first comes first. */
  readonly #resources = new Map<string, string>();

  /** @param resource undefined when `place` is at nothing */
  note(place: string, resource: string | undefined): void {
    this.#resources.delete(place);
    if (resource !== undefined) this.#resources.set(place, resource);
  }

  /** For a heartbeat: the one that has been at the same for longest, and how many more there are. */
  get said(): { doing?: string } {
    const first = this.#resources.entries().next();
    if (first.done) return {};
    const [place, resource] = first.value;
    const more = this.#resources.size - 1;
    return { doing: `${place}: ${resource}${more === 0 ? '' : `, and ${more} more`}` };
  }

  clear(): void {
    this.#resources.clear();
  }
}
