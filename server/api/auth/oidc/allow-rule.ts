/** What a provider says of somebody: whatever it likes to. */
export type Claims = Readonly<Record<string, unknown>>;

/** The domain of a confirmed address of mail, or a claim that is the value, or a list with it. */
export type AllowRule = { readonly domain: string } | { readonly claim: string; readonly value: string };

/** Whether one of the rules takes them: without rules nobody. An address of mail counts once it is confirmed. */
export function isAllowed(rules: readonly AllowRule[], claims: Claims): boolean {
  return rules.some((rule) =>
    'domain' in rule
      ? domainOf(confirmedEmail(claims)) === rule.domain
      : valuesOf(rule.claim === 'email' ? confirmedEmail(claims) : claims[rule.claim]).includes(rule.value),
  );
}

/** Their address, in lower case; undefined unless the provider says that it is theirs. */
export function confirmedEmail({ email, email_verified: isVerified }: Claims): string | undefined {
  return isVerified === true && typeof email === 'string' ? email.toLowerCase() : undefined;
}

/** What stands behind the one @: an address with several may be read in two ways. */
function domainOf(email: string | undefined): string | undefined {
  const [, domain, ...more] = email?.split('@') ?? [];
  return more.length === 0 ? domain : undefined;
}

function valuesOf(claim: unknown): unknown[] {
  if (Array.isArray(claim)) return claim;
  return [typeof claim === 'boolean' || typeof claim === 'number' ? String(claim) : claim];
}
