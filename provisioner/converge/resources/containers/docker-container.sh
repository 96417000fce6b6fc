# container_ok NAME SPEC: Docker itself restarts one that is in its back-off.
container_ok() {
  container_seen "$1" || return 1
  case $seen in *"\"deis.spec\":\"$2\""*'"State":"running"'* | *"\"deis.spec\":\"$2\""*'"State":"restarting"'*) ;; *) return 1 ;; esac
}

container_diff() {
  if ! container_seen "$1"; then
    printf -- '+%s, new\n' "$1"
  else
    case $seen in *"\"deis.spec\":\"$2\""*) printf -- '-%s, not running\n+%s, running\n' "$1" "$1" ;; *) printf -- '-%s, other specification\n+%s\n' "$1" "$1" ;; esac
  fi
}

# container_run NAME SPEC BODY LOWER: one that is as specified is started, any other is replaced. A start that is refused is final
# for a fresh container, and worth a second try with a new one for an old container, whose mounts may be gone.
container_run() {
  container_seen "$1" && case $seen in *"\"deis.spec\":\"$2\""*'"State":"exited"'* | *"\"deis.spec\":\"$2\""*'"State":"created"'*)
    if container_start "$1" >/dev/null; then return 0; fi ;;
  esac
  container_remove "$1"
  [ -z "$4" ] || container_files "$1" "$4"
  answer=$("$3" | docker_api POST "/containers/create?name=$1" --data-binary @-) || fail "$answer"
  answer=$(container_start "$1") || fail "$answer"
}

container_start() {
  docker_api POST "/containers/$1/start"
}
