# Makes the container of a one-off command. Arguments: its name, `output`, `detached`, `created` or `input`, the
# directory for what it writes over its files, the one that these lie in (or nothing: it writes nothing), the
# URL of Docker's API that makes it, and the request's body, which holds the app's config and therefore goes
# through a pipe. Exits with 125 when the container cannot be made or started. With `output` it streams what
# the command writes, exits with the command's code and leaves no container; with `detached` it only starts
# it. `container_files` is in container-files.sh of the converge.
name=$1 attach=$2 files=$3 lower=$4
remove() { docker rm -fv "$name" >/dev/null 2>&1 && rm -rf "$files"; }
if [ "$attach" = output ]; then
  trap remove EXIT
  trap 'exit 129' HUP INT TERM PIPE
fi
[ -z "$lower" ] || container_files "$name" "$lower" || exit 125
answer=$(printf %s "$6" | curl -sS --fail-with-body --unix-socket /var/run/docker.sock \
  -H 'Content-Type: application/json' --data-binary @- "$5") || { printf '%s\n' "$answer" >&2; exit 125; }
case $attach in
  detached) docker start "$name" >/dev/null || { remove; exit 125; } ;;
  output) docker start -a "$name" </dev/null ;;
esac
exit $?
