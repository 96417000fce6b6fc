# lines_diff HAVE WANT: lines that only one of the two texts has.
lines_diff() {
  printf '%s\n' "$1" | while IFS= read -r line; do
    case "$nl$2$nl" in *"$nl$line$nl"*) ;; *) [ -z "$line" ] || printf -- '-%s\n' "$line" ;; esac
  done
  printf '%s\n' "$2" | while IFS= read -r line; do
    case "$nl$1$nl" in *"$nl$line$nl"*) ;; *) printf -- '+%s\n' "$line" ;; esac
  done
}
