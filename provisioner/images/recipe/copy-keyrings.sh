#!/bin/sh
# $1: directory of APT sources, $2: root of a new file system. Gives it the keyrings that the sources name, at the same paths.
set -eu
sed -n -e 's/^[Ss]igned-[Bb]y:[[:space:]]*//p' -e 's/.*[[,[:space:]][Ss]igned-[Bb]y=\([^],[:space:]]*\).*/\1/p' "$1"/* | tr ', ' '\n\n' | sort -u | while read -r keyring; do
  case "$keyring" in /*) [ ! -f "$keyring" ] || install -D -m 0644 "$keyring" "$2$keyring" ;; esac
done
