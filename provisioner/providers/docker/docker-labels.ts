/** Labels of everything that a controller makes on Docker. */
export const labels = {
  instance: 'deis.instance',
  formation: 'deis.formation',
  /** The node's uuid. */
  node: 'deis.node',
  name: 'deis.name',
  /** The node's fixed address on its network. */
  address: 'deis.address',
  /** `node`, `build` or `run`. */
  kind: 'deis.kind',
} as const;

/** Docker's filter for objects that carry these label values. */
export const withLabels = (values: Readonly<Record<string, string>>): { label: string[] } => ({
  label: Object.entries(values).map(([key, value]) => `${key}=${value}`),
});

/** HTTP status of an answer of the Docker API that is no success; undefined for other failures. */
export const dockerStatus = (error: unknown): number | undefined =>
  (error as { statusCode?: number }).statusCode;
