import type { ListedFormation, NewService } from '../../api/types.js';

/** What is typed of a service to be attached; empty: as by default. */
export interface TypedService {
  readonly service: string;
  readonly variable: string;
  /** It may hold a password. */
  readonly template: string;
}

/** As the API takes it. */
export function newService({ service, variable, template }: TypedService): NewService {
  return {
    service,
    ...(variable.trim() === '' ? {} : { variable: variable.trim() }),
    ...(template.trim() === '' ? {} : { template: template.trim() }),
  };
}

/** The variable where none is named: `ORDERS_DB_URL` of `orders-db`. */
export function variableOf(service: string): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_URL`;
}

/** Others whose proxies pass on connections of TCP, as their addresses say. */
export function takeConnections(
  formations: readonly Pick<ListedFormation, 'id' | 'urls'>[],
  own: string,
): string[] {
  return formations
    .filter(({ id, urls }) => id !== own && urls.some((url) => url.startsWith('tcp://')))
    .map(({ id }) => id);
}
