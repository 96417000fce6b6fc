# strangers FORMATION STAY: names of the formation's containers that are not among those that stay, into $strangers.
strangers() {
  need_docker
  strangers=
  rest=$docker
  while :; do
    seen=${rest#*\"Names\":\[\"/}
    [ "$seen" != "$rest" ] || return 0
    rest=$seen
    name=${seen%%\"*}
    case ${seen%%\"Names\":\[\"/*} in *"\"deis.formation\":\"$1\""*) ;; *) continue ;; esac
    case $2 in *" $name "*) ;; *) strangers="$strangers $name" ;; esac
  done
}

# containers_stop GRACE: all at once, each SIGTERM, then SIGKILL after GRACE seconds, or its own where GRACE is empty.
containers_stop() {
  stopping=
  for name in $strangers; do
    (docker_api POST "/containers/$name/stop${1:+?t=$1}" >/dev/null 2>&1 || :; container_remove "$name") &
    stopping="$stopping $!"
  done
  for job in $stopping; do wait "$job"; done
}
