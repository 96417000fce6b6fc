# container_files NAME LOWER: empty directories for what the container will write over LOWER, as LOWER's owner. What containers that are no more left
# behind goes; a directory that is younger may be of a container that is being made.
container_files() {
  find /opt/deis/containers/ -mindepth 1 -maxdepth 1 -mmin +15 | while IFS= read -r left; do
    docker inspect --type container "${left##*/}" >/dev/null 2>&1 || ! docker version >/dev/null 2>&1 || rm -rf -- "$left"
  done
  files=/opt/deis/containers/$1
  rm -rf -- "$files"
  mkdir -m 0711 -- "$files"
  mkdir -m 0755 -- "$files/upper" "$files/work"
  chown --reference="$2" -- "$files/upper"
}
