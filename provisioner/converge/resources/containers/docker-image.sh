# image_ok ID
image_ok() {
  need_docker
  case $docker in *"\"Id\":\"$1\""*) ;; *) return 1 ;; esac
}

# image_load NAME ID DOWNLOAD: NAME may end in @ID, where several ids of one name are wanted. The id is the digest of what was loaded, so a wrong or damaged tarball shows.
image_load() {
  tarball=$state/work/image.tar
  (umask 077 && "$3" "$tarball")
  loaded=$(docker load --quiet --input "$tarball")
  rm -f -- "$tarball"
  docker image inspect --format '{{.Id}}' -- "$2" >/dev/null 2>&1 || fail "what was fetched for $1 is not $2; $loaded"
  docker tag "$2" "${1%%@*}"
}

# image_pull NAME ID REFERENCE SIGNIN: pulls what the registry calls REFERENCE, signed in by what SIGNIN prints. The id is the digest of the
# image's settings, which name every layer by its own: whatever else the registry gives, shows. The registry's name for it goes again.
image_pull() {
  signin=$state/work/docker
  rm -rf -- "$signin"
  mkdir -m 0700 -- "$signin"
  (umask 077 && "$4" >"$signin/config.json")
  why=0
  docker --config "$signin" pull --quiet "$3" >/dev/null || why=$?
  rm -rf -- "$signin"
  [ "$why" = 0 ] || return "$why"
  docker image inspect --format '{{.Id}}' -- "$2" >/dev/null 2>&1 || fail "what was pulled for $1 is not $2"
  docker tag "$2" "${1%%@*}"
  docker image rm --no-prune -- "$3" >/dev/null
}
