import { insideNode } from './inside-node.js';

/** What a new version of a program does to the file that runs. */
export const replaces = (program: string): string =>
  `cp -p /usr/sbin/${program} /usr/sbin/${program}.new; mv -f /usr/sbin/${program}.new /usr/sbin/${program}`;

/**
 * Gives a docker node a package `deis-offered` of version 1, and version 2 of it to be upgraded to from a folder there:
 * no other source is left. @param configures what configuring the new one does
 */
export async function offerPackage(container: string, configures: string): Promise<void> {
  await insideNode(
    container,
    `set -e
    rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /srv/offer /srv/tree
    mkdir -p /srv/offer /srv/tree/DEBIAN
    control() {
      printf '%s\\n' 'Package: deis-offered' "Version: $1" 'Architecture: all'
      printf '%s\\n' 'Maintainer: Deis <deis@example.com>' 'Description: offered'
    }
    control 1 >/srv/tree/DEBIAN/control
    dpkg-deb --build /srv/tree /srv/one.deb >/dev/null
    dpkg -i /srv/one.deb >/dev/null
    control 2 >/srv/tree/DEBIAN/control
    cat >/srv/tree/DEBIAN/postinst <<'POSTINST'
#!/bin/sh
set -e
${configures}
POSTINST
    chmod 755 /srv/tree/DEBIAN/postinst
    dpkg-deb --build /srv/tree /srv/offer/two.deb >/dev/null
    cd /srv/offer
    sum=$(sha256sum two.deb)
    control 2 >Packages
    printf 'Filename: ./two.deb\\nSize: %s\\nSHA256: %s\\n' "$(stat -c %s two.deb)" "\${sum%% *}" >>Packages
    echo 'deb [trusted=yes] file:/srv/offer ./' >/etc/apt/sources.list`,
  );
}
