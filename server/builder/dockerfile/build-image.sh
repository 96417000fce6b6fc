#!/bin/bash
# Runs inside the build container of a Dockerfile: builds the image with buildah and leaves it in /cache/image: the digest of its manifest
# in `digest`, and each part in a file named by its own, as a registry keeps them. What has been compressed and written once is not again. /cache is the
# formation's own, with buildah's storage in it.
# Beside this in /build: source.tar, and stack.tar, the stack image as `docker save` gives it.
# Environment: DEIS_READY_LINE, DEIS_STACK_ID (sha256:...), DEIS_STACK_NAME, DEIS_DOCKERFILE (its path in the source). Of the app's config
# there is nothing here.
# What is written is shown to the pusher. Exits 250 when it failed and the kernel had killed one of its processes for want of memory.
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# What the build is at, for the message of its failure.
at() { echo "$*" >/tmp/deis-step; }
if [ "${1-}" != inside ]; then
  # The first user of the range in /etc/subuid, and nobody on the host, writes it, too.
  at 'unpacking the commit'
  chmod 666 /tmp/deis-step
  code=0
  # Root in there is that user.
  unshare --user --mount --map-users=100000,0,65536 --map-groups=100000,0,65536 --setuid 0 --setgid 0 /bin/bash "$0" inside || code=$?
  if [ "$code" != 0 ] && grep -qsE '^oom_kill [1-9]' /sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/memory.events; then exit 250; fi
  exit "$code"
fi
umask 022
# By what it keeps in XDG_DATA_HOME it knows which compressed part a layer has become before.
export HOME=/tmp/home XDG_DATA_HOME=/cache/data TMPDIR=/tmp XDG_RUNTIME_DIR=/tmp/run BUILDAH_ISOLATION=chroot
# buildah is to take the namespace as its own; the user is one that /etc/passwd knows, and is only looked up.
export _CONTAINERS_USERNS_CONFIGURED='done' _CONTAINERS_ROOTLESS_UID=33 _CONTAINERS_ROOTLESS_GID=33
mkdir -p "$HOME" "$XDG_DATA_HOME" "$XDG_RUNTIME_DIR" /tmp/source /cache/storage
printf 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n' >/tmp/registries.conf
build() { buildah --root /cache/storage --runroot /tmp/run/storage --storage-driver overlay --registries-conf /tmp/registries.conf "$@"; }

# What a build that was killed has left.
build rm --all >/dev/null 2>&1 || true

tar --no-same-owner -xf /build/source.tar -C /tmp/source
file=/tmp/source/$DEIS_DOCKERFILE
stack=${DEIS_STACK_NAME%:*}
if grep -qiE "^[[:space:]]*(FROM|COPY|ARG)[[:space:]].*$stack" "$file"; then
  if ! build inspect --type image "$DEIS_STACK_ID" >/dev/null 2>&1; then
    at 'unpacking the stack'
    echo "-----> Unpacking $DEIS_STACK_NAME, once for this formation"
    build pull --quiet docker-archive:/build/stack.tar >/dev/null
  fi
  build tag "$DEIS_STACK_ID" "localhost/$DEIS_STACK_NAME" "localhost/$stack:latest"
fi

# Tells what it is at by the lines that buildah begins its steps with.
follow_steps() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *"STEP "[0-9]*: | *"STEP "[0-9]*": "*) at "${line#*: }" ;; esac
    printf '%s\n' "$line"
  done
}
at "$DEIS_DOCKERFILE"
build build --layers --pull=missing --network host --format docker --file "$file" --tag localhost/deis-app \
  --iidfile /tmp/image-id /tmp/source 2>&1 | follow_steps
at 'writing the image out'
# Layers of the build before that this one has not used.
build rmi --prune >/dev/null 2>&1 || true
# A registry of the container's own, in a folder: what lies there from the build before is not written again.
mkdir -p /cache/image
cat >/tmp/registry.yml <<'SETTINGS'
version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: /cache/image } }
http: { addr: "127.0.0.1:5000" }
SETTINGS
docker-registry serve /tmp/registry.yml >/tmp/registry.log 2>&1 &
for ((tries = 0; tries < 200; tries++)); do
  if (exec 3<>/dev/tcp/127.0.0.1/5000) 2>/dev/null; then break; fi
  sleep 0.05
done
build push --quiet --tls-verify=false --format v2s2 --digestfile /tmp/digest "$(cat /tmp/image-id)" \
  docker://127.0.0.1:5000/app >/dev/null
kill "$!"
# Parts that this image has not.
blobs=/cache/image/docker/registry/v2/blobs/sha256
digest=$(cat /tmp/digest)
digest=${digest#sha256:}
needed=" $digest $(grep -o 'sha256:[0-9a-f]*' "$blobs/${digest:0:2}/$digest/data" | cut -c 8- | tr '\n' ' ') "
for part in "$blobs"/*/*; do
  case $needed in *" ${part##*/} "*) ;; *) rm -rf "$part" ;; esac
done
echo "sha256:$digest" >/cache/image/digest
echo "$DEIS_READY_LINE"
