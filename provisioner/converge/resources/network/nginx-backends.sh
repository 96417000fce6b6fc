# What the endpoint answers and the file holds: `generation N`, `algorithm NAME`, `backend ADDRESS:PORT [CHECK]`..., `end`, one a line, in this order.

# backends_ok LIST GENERATION ENDPOINT FILE: in the running nginx and on disk. When only the generation is newer, it is passed on as a note.
backends_ok() {
  need_endpoints
  case $endpoints in *"$nl$1${nl}end$nl"*) ;; *) return 1 ;; esac
  backends_saved "$4"
  case $saved in *"$nl$1${nl}end$nl"*) ;; *) return 1 ;; esac
  case $endpoints$saved in *"${nl}generation $2$nl"*"${nl}generation $2$nl"*) return 0 ;; esac
  [ -n "$why_run" ] || (backends_set "$@")
}

# backends_saved FILE: its content into $saved, without a fork.
backends_saved() {
  saved=$nl
  [ -r "$1" ] || return 0
  while IFS= read -r saved_line; do saved=$saved$saved_line$nl; done <"$1"
}

# backends_diff LIST GENERATION ENDPOINT FILE: lines that go and lines that come.
backends_diff() {
  need_endpoints
  running=${endpoints#*"${nl}algorithm "}
  if [ "$running" = "$endpoints" ]; then running=; else running="algorithm ${running%%"${nl}end$nl"*}"; fi
  lines_diff "$running" "$1"
}

# backends_set LIST GENERATION ENDPOINT FILE: on disk first, so that a restart of nginx between the two comes up with the new list.
backends_set() {
  text="generation $2$nl$1${nl}end"
  mkdir -p -- "${4%/*}"
  printf '%s\n' "$text" >"$4.deis-new"
  mv -fT -- "$4.deis-new" "$4"
  answer=$(printf '%s\n' "$text" | curl --silent --show-error --fail-with-body --max-time 10 --request PUT --data-binary @- -- "$3") || fail "the proxy did not take its backends: $answer"
  answer=$nl$(curl --silent --show-error --max-time 10 -- "$3")$nl
  case $answer in *"$nl$text$nl"*) ;; *) fail "the running nginx has other backends than were set: $answer" ;; esac
}
