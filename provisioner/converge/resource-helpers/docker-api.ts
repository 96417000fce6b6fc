/** The local Docker engine's HTTP API, spoken with curl over its unix socket. */

/** Lists all images. */
export const imagesUrl = 'http://docker/images/json';

/** Lists a formation's containers, stopped ones too. */
export function containersUrl(formation: string): string {
  const filters = JSON.stringify({ label: [`deis.formation=${formation}`] });
  return `http://docker/containers/json?all=1&filters=${encodeURIComponent(filters)}`;
}
