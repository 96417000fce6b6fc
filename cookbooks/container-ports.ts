/** Ports of nodes that containers are given, both ends among them. */
export const containerPorts = { first: 5000, last: 9999 } as const;
