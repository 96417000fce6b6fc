/** What images of a formation's own are called on nodes, without the tag. */
export const appImageName = (formation: string): string => `deis-apps/${formation}`;
