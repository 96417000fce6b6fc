import { UserError } from '../../../base/errors.js';

/** What a variable holds where nothing else is said. */
export const plainTemplate = 'tcp://{host}:{port}';

/** `ORDERS_DB_URL` of `orders-db`. */
export function variableOf(provider: string): string {
  return `${provider.toUpperCase().replaceAll('-', '_')}_URL`;
}

/**
 * The template with the service's address, `HOST:PORT`, in it. @throws UserError for one that does not name both; it
 * is not repeated, as it may hold a password
 */
export function fillTemplate(template: string, address: string): string {
  if (!template.includes('{host}:{port}'))
    throw new UserError(
      'the template must have {host}:{port} where the address belongs: expected e.g. ' +
        'postgres://user:password@{host}:{port}/db',
      { field: 'template' },
    );
  return template.replaceAll('{host}:{port}', address);
}
