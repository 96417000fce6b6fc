/**
 * What a row with a box in it is known by, in this order: written once and never changed. A box is bound to it, and so
 * to its owner: whoever can write to the database cannot give one formation what another has.
 */
export const boxRows: Readonly<Record<string, readonly string[]>> = {
  acme_accounts: ['directory'],
  api_certificates: ['domain'],
  auto_cert_orders: ['formation_id', 'name'],
  certs: ['formation_id', 'name'],
  configs: ['formation_id', 'version'],
  drains: ['token'],
  hooks: ['formation_id', 'name'],
  instance_facts: ['key'],
  layers: ['formation_id', 'name'],
  nodes: ['formation_id', 'id'],
  providers: ['owner_id', 'name'],
  runs: ['formation_id', 'id'],
  user_totp: ['user_id'],
};

/** Those values as one text, as PostgreSQL's `concat_ws('/', ...)` makes it. */
export const boxRow = (...values: readonly (string | number)[]): string => values.join('/');
