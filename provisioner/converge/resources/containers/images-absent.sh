# images_left REPOSITORY STAY: ids of its images that are not in STAY and that no container was made from, into $images.
images_left() {
  images=
  for image in $(docker_api GET "/images/json?filters=%7B%22reference%22%3A%5B%22$1%22%5D%7D" | grep -o '"Id":"sha256:[0-9a-f]*"' | cut -d '"' -f 4); do
    case $2 in *" $image "*) continue ;; esac
    [ -n "$(docker ps --all --quiet --filter "ancestor=$image")" ] || images="$images $image"
  done
}
