# Tells of each start and end of the app's containers, and of those for want of memory, until its input ends: a command that nobody hears
# any more would stay on the node. Prints `follows`, then lines `EVENT CONTAINER EXITCODE`.
follow_events() {
  docker events --filter type=container --filter label=deis.type --filter event=die --filter event=oom --filter event=start \
    --format '{{.Action}} {{index .Actor.Attributes "name"}} {{index .Actor.Attributes "exitCode"}}' 3<&-
}
{
  exec 3<&0
  ( cat <&3 >/dev/null; kill 0 ) &
  echo follows
  follow_events
  kill 0
} | cat
