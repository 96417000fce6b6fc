import { z } from 'zod';

/** Bytes of what a browser sends of a passkey. */
export const bodyLimit = 64 * 1024;
const maxText = 16_384;
const base64url = z
  .string()
  .max(maxText)
  .regex(/^[\w-]+$/, 'is not base64url');

/** Of all that browsers send: they add to it. */
const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
};

/** What `navigator.credentials.create` made, as JSON. */
export const attestation = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(32)).max(10).default([]),
    }),
  })
  .describe('`RegistrationResponseJSON` of WebAuthn.');

/** What `navigator.credentials.get` signed, as JSON. */
export const assertion = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.optional(),
    }),
  })
  .describe('`AuthenticationResponseJSON` of WebAuthn.');

/** What browsers are asked with. */
export const options = z.object({
  options: z
    .looseObject({ challenge: z.string() })
    .describe(
      'For `navigator.credentials`, as JSON of WebAuthn. The challenge is good once, for five minutes.',
    ),
});
