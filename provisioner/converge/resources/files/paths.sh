# attributes_diff PATH MODE OWNER GROUP
attributes_diff() {
  have=$(stat -c 'mode %a, owner %U:%G' -- "$1" 2>/dev/null) || have=
  want="mode $2, owner $3:$4"
  [ "$have" != "$want" ] || return 0
  printf '%s\n' "${have:+-$have$nl}+$want"
}

# path_absent PATH
path_absent() {
  need_paths
  case $paths in *"$nl$1|"*) return 1 ;; esac
}
