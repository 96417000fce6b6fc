interface NodeResult {
  readonly node: string;
  readonly changed: number;
  readonly failed: number;
}

/** A converge operation's result as a line per node: `peachy-waxworks-runtime-1: 0 changed`. */
export function convergeReport(result: Readonly<Record<string, unknown>> | null): string {
  const nodes = Array.isArray(result?.['nodes']) ? (result['nodes'] as readonly NodeResult[]) : [];
  if (nodes.length === 0) return 'no nodes to converge';
  return nodes.map(({ node, changed, failed }) => `${node}: ${changed} changed${failed > 0 ? `, ${failed} failed` : ''}`).join('\n');
}
