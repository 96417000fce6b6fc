/** Milliseconds each step may take. Generous: they end hangs, they do not pace the work. */
export const deadlines = {
  probe: 90_000,
  prefetch: 600_000,
  /** Beside the time that containers have to become healthy. */
  start: 120_000,
  switch: 60_000,
  live: 30_000,
  undo: 120_000,
  launch: 900_000,
  boot: 600_000,
  firstLogin: 60_000,
  converge: 900_000,
  terminate: 600_000,
  remove: 120_000,
  clean: 300_000,
  /** Beside the drain period. */
  drain: 60_000,
  /** One answer, over SSH or of a cloud. */
  answer: 15_000,
} as const;
