/** What a formation may use on the nodes of another, in all; absent: as much as there is. */
export interface Quota {
  readonly containers?: number;
  /** Bytes. */
  readonly memory?: number;
  /** Cores. */
  readonly cpus?: number;
  /** Bytes of slugs and images, once for each container. */
  readonly disk?: number;
}

/** What guests to come may use, each as its quota. */
export interface GuestQuota extends Quota {
  /** How many of them each person may have who has no role in the host; absent: as many as they like. */
  readonly guests?: number;
}
