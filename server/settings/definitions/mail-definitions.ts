import { mailAddress, secret } from '../setting-schemas.js';

const example = 'expected e.g. smtp://user:password@mail.example.com:587 or smtps://mail.example.com';

/** The settings of mails that tell of alerts. */
export const mailDefinitions = {
  DEIS_SMTP_URL: {
    schema: secret
      .refine((url) => isSmtpUrl(url.reveal()), `is not a valid URL of a mail server: ${example}`)
      .optional(),
    shown: 'no mails',
    help: 'mail server, smtp[s]://[USER:PASSWORD@]HOST[:PORT]; smtp:// begins TLS, but for a server on loopback',
  },
  DEIS_SMTP_FROM: {
    schema: mailAddress.optional(),
    shown: 'no mails',
    help: 'address that mails are from; goes with DEIS_SMTP_URL',
  },
};

function isSmtpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  return (
    (protocol === 'smtp:' || protocol === 'smtps:') &&
    hostname !== '' &&
    (username === '') === (password === '') &&
    ['', '/'].includes(pathname) &&
    search === '' &&
    hash === '' &&
    [username, password].every(isDecodable)
  );
}

function isDecodable(text: string): boolean {
  try {
    return !/\p{Cc}/u.test(decodeURIComponent(text));
  } catch {
    return false;
  }
}
