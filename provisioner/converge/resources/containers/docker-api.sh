# docker_api METHOD PATH [CURL OPTION]...: a request to the engine; its message when it refuses. Bodies come on stdin: what they hold is on no
# command line and in no environment, where a variable called LD_PRELOAD or DOCKER_HOST would steer this very client.
docker_api() {
  method=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --unix-socket /var/run/docker.sock --request "$method" --header 'Content-Type: application/json' "$@" "http://docker$path"
}

# container_seen NAME: what the list of containers says of it, into $seen.
container_seen() {
  need_docker
  seen=${docker#*"\"Names\":[\"/$1\""}
  [ "$seen" != "$docker" ] || return 1
  seen=${seen%%\"Names\":\[\"/*}
}

# container_remove NAME: success when it is gone already.
container_remove() {
  answer=$(docker_api DELETE "/containers/$1?force=1&v=1") || case $answer in *'No such container'* | *'already in progress'*) ;; *) fail "$answer" ;; esac
  rm -rf -- "/opt/deis/containers/$1"
}
