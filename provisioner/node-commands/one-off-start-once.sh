# Starts a container that was made, and no other: `docker start` would run one again that has ended, and of two
# who ask for it only one may find it as it was made. Argument: its name.
exec flock -w 10 /opt/deis sh -c '
  [ "$(docker inspect --format "{{.State.Status}}" "$1")" != created ] || docker start "$1" >/dev/null
' deis-start "$1"
