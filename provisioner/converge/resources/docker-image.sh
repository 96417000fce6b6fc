# image_ok ID
image_ok() {
  need_docker
  case $docker in *"\"Id\":\"$1\""*) ;; *) return 1 ;; esac
}

# image_load NAME ID DOWNLOAD: the id is the digest of what was loaded, so a wrong or damaged tarball shows.
image_load() {
  tarball=$state/work/image.tar
  (umask 077 && "$3" "$tarball")
  loaded=$(docker load --quiet --input "$tarball")
  rm -f -- "$tarball"
  docker image inspect --format '{{.Id}}' -- "$2" >/dev/null 2>&1 || fail "what was fetched for $1 is not $2; $loaded"
  docker tag "$2" "$1"
}
