#!/bin/bash
# Runs inside the build container, as the unprivileged user app: unpacks the pushed tree into /app, lets each buildpack in turn compile
# it and packs /app into /tmp/slug.tgz. Beside it in /build: source.tar, buildpacks.list, buildpacks/, runtimes/ and env/,
# which holds a file for each variable of the app's config: buildpacks get it as ENV_DIR, and nothing of it is in the environment.
# What is written here is shown to the pusher.
# Exits 250 when it failed and the kernel had killed one of its processes for want of memory.
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp/home CI=true
umask 022
. /build/lib.sh
. /build/layers.sh
. /build/buildpack.sh
ended() {
  local code=$?
  open_cache
  if [ "$code" != 0 ] && memory_ran_out; then exit 250; fi
  exit "$code"
}
trap ended EXIT

mkdir -p "$HOME"
at 'unpacking the commit'
tar -xf /build/source.tar -C /app
cd /app
remove_ignored
link_runtimes
number=0
total=$(wc -l </build/buildpacks.list)
while IFS= read -r each <&3; do
  number=$((number + 1))
  # After the last one nobody needs what only the slug has to hold.
  if [ "$number" = "$total" ]; then export DEIS_IS_LAST=yes; fi
  run_buildpack "$each" "/tmp/buildpacks/$number"
done 3</build/buildpacks.list

at 'compressing the slug'
say 'Compressing the slug'
cd /app
open_cache &
pack >/tmp/slug.tgz.new
wait $!
mv -T /tmp/slug.tgz.new /tmp/slug.tgz
detail "Done: $(($(stat -c %s /tmp/slug.tgz) / 1024)) KB"
# The controller takes the slug now, and waits for nothing more.
echo "$DEIS_READY_LINE"
