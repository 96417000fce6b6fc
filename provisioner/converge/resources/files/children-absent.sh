# children_left DIRECTORY STAY: paths of what is in the directory, not in STAY and mounted in no container, a line each, into $children.
children_left() {
  children=
  for child in "$1"/* "$1"/.[!.]*; do
    [ -e "$child" ] || [ -L "$child" ] || continue
    case $2 in *"$nl${child##*/}$nl"*) continue ;; esac
    holders=$(holders_of "$child") || holders=
    [ -n "$holders" ] || children=$children$child$nl
  done
}

children_remove() {
  printf '%s' "$children" | while IFS= read -r child; do rm -rf -- "$child"; done
}
