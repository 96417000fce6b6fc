#!/bin/bash
# Runs inside the build container, as the unprivileged user app: unpacks the pushed tree into /app, lets the buildpack compile it
# and packs /app into /tmp/slug.tgz. Arguments: the buildpack. Beside it in /build: source.tar, lib.sh, <buildpack>/compile.sh and,
# for apps that need Node.js, runtime/. The app's config is in the environment. What is written here is shown to the pusher.
# Exits 250 when it failed and the kernel had killed one of its processes for want of memory.
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp/home CI=true
unset "${!GIT_@}" BASH_ENV ENV
umask 022
. /build/lib.sh
ended() {
  local code=$?
  open_cache
  if [ "$code" != 0 ] && memory_ran_out; then exit 250; fi
  exit "$code"
}
trap ended EXIT

mkdir -p "$HOME"
tar -xf /build/source.tar -C /app
cd /app
remove_ignored
# shellcheck source=/dev/null
. "/build/$1/compile.sh"

say 'Compressing the slug'
cd /app
pack >/tmp/slug.tgz.new
open_cache
mv -T /tmp/slug.tgz.new /tmp/slug.tgz
detail "Done: $(($(stat -c %s /tmp/slug.tgz) / 1024)) KB"
# The controller takes the slug now, and waits for nothing more.
echo "$DEIS_READY_LINE"
