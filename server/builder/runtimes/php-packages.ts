import { UserError } from '../../../base/errors.js';

/** Of each suite of the stack image: the line of PHP that Debian has for it, and libraries by their names there. */
const suites: Readonly<Record<string, { readonly line: string; readonly libraries: string }>> = {
  bookworm: {
    line: '8.2',
    libraries:
      'libabsl20220623 libavif15 libbsd0 libdav1d6 libicu72 libnuma1 libpng16-16 librav1e0 libsvtav1enc1 ' +
      'libx265-199 libzip4',
  },
  trixie: {
    line: '8.4',
    libraries:
      'libabsl20240722 libavif16 libdav1d7 libgcrypt20 libgpg-error0 libicu76 libimagequant0 libpng16-16t64 ' +
      'librav1e0.7 libsharpyuv0 libsvtav1enc2 libzip5 php-enum',
  },
};

/** What comes with PHP, each a package of its line. */
const parts =
  'cli fpm common opcache readline mbstring xml curl intl pgsql mysql sqlite3 zip gd bcmath gmp soap redis ' +
  'igbinary apcu';
/** What the stack lacks of libraries, most for gd. */
const libraries =
  'libaom3 libapparmor1 libargon2-1 libde265-0 libdeflate0 libedit2 libfontconfig1 libfreetype6 libgav1-1 libgd3 ' +
  'libheif1 libjbig0 libjpeg62-turbo liblerc4 libpq5 libsodium23 libtiff6 libwebp7 libx11-6 libxau6 libxcb1 ' +
  'libxdmcp6 libxml2 libxpm4 libxslt1.1 libyuv0';
const composer =
  'composer jsonlint php-composer-ca-bundle php-composer-class-map-generator php-composer-metadata-minifier ' +
  'php-composer-pcre php-composer-semver php-composer-spdx-licenses php-composer-xdebug-handler php-json-schema ' +
  'php-psr-container php-psr-log php-react-promise php-seld-signal-handler php-symfony-console ' +
  'php-symfony-deprecation-contracts php-symfony-filesystem php-symfony-finder php-symfony-process ' +
  'php-symfony-service-contracts php-symfony-string';
const nginx = 'nginx nginx-common';

/** The line of PHP for a build on a suite. @throws UserError where there is none */
export function phpLine(suite: string): string {
  return ofSuite(suite).line;
}

/** Debian's packages of PHP, its extensions, Composer and nginx, with what of these the stack does not have. */
export function phpPackages(suite: string): string[] {
  const { line, libraries: own } = ofSuite(suite);
  const words = (text: string): string[] => text.split(' ');
  const php = words(parts).map((part) => `php${line}-${part}`);
  return [...php, ...[libraries, own, composer, nginx].flatMap(words)];
}

function ofSuite(suite: string): { readonly line: string; readonly libraries: string } {
  const found = suites[suite];
  if (found === undefined) throw new UserError(`there is no PHP for the suite ${suite}`);
  return found;
}
