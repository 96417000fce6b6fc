# file_ok PATH MODE OWNER GROUP SHA256
file_ok() {
  need_paths
  case $paths in *"$nl$1|f|$2|$3|$4|$nl"*) ;; *) return 1 ;; esac
  need_sums
  case $sums in *"$nl$5  $1$nl"*) ;; *) return 1 ;; esac
}

# file_diff PATH MODE OWNER GROUP CONTENT: the text, then the attributes where they differ.
file_diff() {
  old=/dev/null
  if [ -f "$1" ] && [ ! -L "$1" ]; then old=$1; fi
  "$5" | diff -u --label "$1" --label "$1" -- "$old" -
  attributes_diff "$@"
}

# file_write PATH MODE OWNER GROUP CONTENT VERIFY: complete beside its place, then renamed into it. The candidate is hidden, so that
# no `include directory/*` takes it for the real thing.
file_write() {
  [ -L "$1" ] || [ ! -d "$1" ] || fail "$1 is a directory"
  candidate=${1%/*}/.deis-new.${1##*/}
  rm -f -- "$candidate"
  (umask 077 && set -C && "$5" >"$candidate")
  file_place "$1" "$2" "$3" "$4" "$candidate" "$6"
}

# file_place PATH MODE OWNER GROUP CANDIDATE VERIFY
file_place() {
  chown -- "$3:$4" "$5"
  chmod -- "$2" "$5"
  if ! "$6" "$5"; then
    rm -f -- "$5"
    fail "the new content of $1 was refused by its check; the old one stays"
  fi
  mv -fT -- "$5" "$1"
}
