/** Single nodes. */
export const nodeCommands = {
  replaceNode: (formation: string, node: string) => `deis nodes:replace ${node} -f ${formation}`,
  drainNode: (formation: string, node: string) => `deis nodes:drain ${node} -f ${formation}`,
  cordonNode: (formation: string, node: string) => `deis nodes:cordon ${node} -f ${formation}`,
  uncordonNode: (formation: string, node: string) => `deis nodes:uncordon ${node} -f ${formation}`,
  destroyNode: (formation: string, node: string) =>
    `deis nodes:destroy ${node} --confirm=${node} -f ${formation}`,
} as const;
