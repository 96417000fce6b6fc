#!/bin/sh
# Counts, one line a tick, until it is told to stop.
trap 'echo "stopped at $count"; exit 0' TERM
count=0
while :; do
  count=$((count + 1))
  echo "tick $count of ${DEIS_FORMATION:-nobody}, release ${DEIS_RELEASE:-v0}"
  sleep "${TICK_SECONDS:-10}" &
  wait $!
done
