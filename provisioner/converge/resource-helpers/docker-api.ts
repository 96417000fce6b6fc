/** The local Docker engine's HTTP API, spoken with curl over its unix socket. */

/** One image; a message where there is none of this id. Of a list of all the others of the node would be read, too. */
export function imageUrl(id: string): string {
  return `http://docker/images/${id}/json`;
}

/** Lists a formation's containers, stopped ones too. */
export function containersUrl(formation: string): string {
  const filters = JSON.stringify({ label: [`deis.formation=${formation}`] });
  return `http://docker/containers/json?all=1&filters=${encodeURIComponent(filters)}`;
}
