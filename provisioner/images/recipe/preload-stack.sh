#!/bin/sh
# Runs inside a throw-away node container; standard input is `docker save` of the stack image. $1: an empty directory that is no overlay,
# $2: how many tenths of a second the engine may take to answer.
# Loads the image with the node's own engine and leaves it in /var/lib/docker, save the layers' files: these go to
# /usr/lib/deis/stack, with links in their place. Every node of a host then reads one copy, and what the volume of a new node
# is filled with is a few small files.
set -eu
root=$1
tries=$2
store=/usr/lib/deis/stack
log=$root/log

fail() {
  echo "$1" >&2
  exit 1
}

command -v docker >/dev/null || fail 'the node image has no docker command'
dockerd --data-root="$root/data" --exec-root="$root/exec" --pidfile="$root/pid" --host="unix://$root/socket" \
  --storage-driver=overlay2 --bridge=none --iptables=false --ip-forward=false >"$log" 2>&1 &
engine=$!
trap 'tail -20 "$log" >&2; kill -KILL "$engine" 2>/dev/null || :; wait' EXIT
export DOCKER_HOST="unix://$root/socket"
until docker version >/dev/null 2>&1; do
  kill -0 "$engine" 2>/dev/null || fail 'the engine ended'
  [ "$tries" -gt 0 ] || fail "the engine does not answer: $(docker version 2>&1 >/dev/null || :)"
  tries=$((tries - 1))
  sleep 0.1
done
docker load >&2
docker image ls --no-trunc --quiet
kill "$engine"
wait "$engine" || true
mkdir -p "$store"
for layer in "$root"/data/overlay2/*/diff; do
  name=$(basename "$(dirname "$layer")")
  mv "$layer" "$store/$name"
  ln -s "$store/$name" "$layer"
done
rm -rf /var/lib/docker
mkdir -m 0710 /var/lib/docker
mv "$root/data/image" "$root/data/overlay2" /var/lib/docker/
trap - EXIT
