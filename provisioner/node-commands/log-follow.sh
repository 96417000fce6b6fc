# Follows the logs until the containers are gone or its input ends: a command that nobody hears any more would
# stay on the node. A container that is restarted is followed on; what it said around that time comes twice.
# Arguments: CONTAINER PROCESS MOMENT for each, the moment being where to begin.
wanted() {
  cat
}
follow() {
  since=$3
  while lines "$2" --follow --since "$since" "$1" 3<&- && docker inspect "$1" >/dev/null 2>&1; do
    since=$(date -u -d '5 seconds ago' +%Y-%m-%dT%H:%M:%SZ)
    sleep 0.3
  done
}
{
  exec 3<&0
  ( cat <&3 >/dev/null; kill 0 ) &
  pids=
  while [ $# -gt 0 ]; do
    follow "$1" "$2" "$3" &
    pids="$pids $!"
    shift 3
  done
  # shellcheck disable=SC2086
  wait $pids
  kill 0
} | cat
