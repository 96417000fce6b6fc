const minute = 60_000;

/** Milliseconds that each wait within a step may take. Generous: they end hangs, they do not pace the work. */
export const waits = {
  /** One answer, over SSH or of a cloud. */
  answer: 15_000,
  /** One command on a node over a connection of its own; it may be the stopping of a container. */
  command: 40_000,
  boot: 600_000,
  firstLogin: 60_000,
  prefetch: 600_000,
  /** Beside the time that containers have to become healthy. */
  start: 120_000,
  switch: 60_000,
  converge: 900_000,
  /** Proxies of another formation that let this one's nodes in. */
  services: 60_000,
  /** The converge of a node that answers again. */
  rejoin: 90_000,
  compare: 90_000,
  /** Beside the drain period. */
  drain: 60_000,
  remove: 120_000,
  /** What a cloud takes from an accepted launch to a running machine, with other zones tried. */
  launch: 780_000,
  /** All guests of a formation, side by side, to leave its nodes. */
  guests: 900_000,
  /** All packages of a machine, from a slow mirror. */
  upgrade: 2_700_000,
  /** What a large machine takes from going down to answering again. */
  reboot: 900_000,
  /** A host that is cleared, or a thing that a cloud removes. */
  clear: 300_000,
  /** A cloud that lets go of what a layer's nodes shared. */
  release: 330_000,
  /** The same, while somebody waits for the answer. */
  hold: 20_000,
} as const;

/**
 * Milliseconds that each step may take: all its waits one after the other, and a minute. A wait that ends
 * says which node or cloud it waited for and why; a step that ends can name itself alone.
 */
export const deadlines = {
  probe: stepOf('answer', 'answer', 'answer', 'rejoin', 'switch', 'switch', 'switch'),
  prefetch: stepOf('prefetch'),
  /** Beside the time that the release phase has: it is looked for, made, begun, read again and removed. */
  phase: stepOf('command', 'command', 'command', 'command', 'command', 'command'),
  services: stepOf('services'),
  /** Beside the time that containers have to become healthy. */
  start: stepOf('start'),
  /** Beside the time in which proxies try the containers. */
  switch: stepOf('answer', 'answer', 'answer', 'switch', 'switch'),
  stopPhase: stepOf('command', 'command'),
  /** Beside the time that postdeploy has: as `phase`, with the release fetched before it. */
  postdeploy: stepOf('prefetch', 'command', 'command', 'command', 'command', 'command', 'command'),
  /** Rows alone. */
  live: 30_000,
  /** Of a move the former host's proxies come first. */
  undo: stepOf('answer', 'switch', 'switch', 'remove'),
  launch: stepOf('launch', 'answer'),
  boot: stepOf('boot', 'firstLogin', ...Array<'answer'>(6).fill('answer')),
  /** With the proxies of a former host. */
  converge: stepOf('converge', 'answer', 'switch'),
  compare: stepOf('compare'),
  terminate: stepOf('answer', 'clear', 'release', 'converge'),
  /** After a move, first the former host's proxies, then the nodes of both. */
  remove: stepOf('remove', 'answer', 'answer', 'switch', 'remove'),
  /** All of a formation on the nodes of a host: requests under way, proxies, runtimes. */
  leave: stepOf('answer', 'drain', 'remove', 'remove'),
  clean: stepOf('clear'),
  guests: stepOf('guests', 'answer', 'answer'),
  /** Beside the drain period. */
  drain: stepOf('drain', 'answer'),
  /** Beside the drain period: until what has moved away is gone. */
  empty: stepOf('drain', 'remove'),
  upgrade: stepOf('upgrade', 'answer', 'answer'),
  /** Beside twice the drain period. */
  quiet: stepOf('answer', 'answer', 'answer'),
  reboot: stepOf('answer', 'answer', 'answer', 'reboot'),
} as const;

function stepOf(...within: readonly (keyof typeof waits)[]): number {
  return within.reduce((sum, each) => sum + waits[each], minute);
}
