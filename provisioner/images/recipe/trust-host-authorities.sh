#!/bin/sh
# $1: certificate bundle of the host (may be empty), $2: root of a file system with ca-certificates.
# What the host trusts beyond the distribution's own (an operator's proxy, a private mirror) is trusted inside as well, upgrades included.
set -eu
own="$2/etc/ssl/certs/ca-certificates.crt"
extra="$2/usr/local/share/ca-certificates"
mkdir -p "$extra"
awk -v extra="$extra" '
  /-----BEGIN CERTIFICATE-----/ { pem = "" ; inside = 1 }
  inside { pem = pem $0 "\n" }
  /-----END CERTIFICATE-----/ {
    inside = 0
    if (NR == FNR) known[pem] = 1
    else if (!(pem in known)) { known[pem] = 1; file = extra "/host-" (++count) ".crt"; printf "%s", pem >file; close(file) }
  }' "$own" "$1"
[ -z "$(ls "$extra")" ] || chroot "$2" update-ca-certificates >&2
