# directory_ok PATH MODE OWNER GROUP
directory_ok() {
  need_paths
  case $paths in *"$nl$1|d|$2|$3|$4|$nl"*) ;; *) return 1 ;; esac
}

# directory_make PATH MODE OWNER GROUP: never through a link, whose target is somebody else's.
directory_make() {
  [ ! -L "$1" ] || fail "$1 is a symbolic link, a directory was wanted"
  mkdir -p -- "$1"
  chown -- "$3:$4" "$1"
  chmod -- "$2" "$1"
}
