# link_ok PATH TARGET
link_ok() {
  need_paths
  seen=${paths#*"$nl$1|l|"}
  [ "$seen" != "$paths" ] || return 1
  seen=${seen%%"$nl"*}
  [ "${seen#*|*|*|}" = "$2" ]
}

# link_diff PATH TARGET
link_diff() {
  [ ! -L "$1" ] || printf -- '-%s -> %s\n' "$1" "$(readlink -- "$1")"
  printf -- '+%s -> %s\n' "$1" "$2"
}

# link_make PATH TARGET: the old link serves until the new one is there.
link_make() {
  [ -L "$1" ] || [ ! -d "$1" ] || fail "$1 is a directory"
  candidate=${1%/*}/.deis-new.${1##*/}
  ln -sfnT -- "$2" "$candidate"
  mv -fT -- "$candidate" "$1"
}
