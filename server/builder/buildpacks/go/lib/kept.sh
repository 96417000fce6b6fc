# What the cache holds between builds beside Go's own caches. Sourced by bin/compile.

# Of the file that each Go has; Go itself takes a moment to say it.
go_version() {
  local line=
  if [ -f /build/runtimes/go/VERSION ]; then read -r line </build/runtimes/go/VERSION || true; fi
  case $line in go[0-9]*) ;; *) line=$(go version | cut -d ' ' -f 3) ;; esac
  echo "${line#go}"
}

# What decides which modules are downloaded.
modules_key() {
  {
    cat go.mod go.sum 2>/dev/null || true
    env | grep -a '^GO' | LC_ALL=C sort || true
    echo "$version"
  } | sha256sum
}

# $1: CACHE_DIR. Those of several modules at once (go.work) are asked for each time. What is lost all the same, go install fetches.
modules_are_kept() {
  [ ! -f go.work ] && [ -d "$GOMODCACHE/cache/download" ] && [ "$(cat "$1/go-modules.key" 2>/dev/null)" = "$(modules_key)" ]
}
note_modules() { modules_key 2>/dev/null >"$1/go-modules.key" || true; }

# Brings the programs of the build before to bin/. Of those Go leaves alone, and need not link again, what is made of the same inputs by its own
# word in them. $1: CACHE_DIR. $2...: names. Sets $are_whole.
lay_out_programs() {
  local kept="$1/go-programs" name
  are_whole=
  if ! (cd "$kept" && sha256sum --status -c .sums) 2>/dev/null; then return 0; fi
  are_whole=yes
  mkdir -p bin || return 0
  for name in "${@:2}"; do
    if [ -f "$kept/$name" ] && [ ! -e "bin/$name" ]; then cp "$kept/$name" "bin/$name"; fi
  done
}

# Keeps them, and bin/ as it is packed into the slug. $1: CACHE_DIR. $2...: names.
keep_programs() {
  local kept="$1/go-programs" key sums
  add_layer programs bin
  # Nothing but bin itself says what is in it.
  key=$(archive -cf - ./bin | sha256sum | cut -d ' ' -f 1)
  if take_layer programs "$key" "$1"; then touch "$layers/programs.mark"; else keep_layer programs "$key" "$1" bin; fi
  sums=$(cd bin && sha256sum -- "${@:2}")
  if [ -n "$are_whole" ] && [ "$sums" = "$(cat "$kept/.sums" 2>/dev/null)" ]; then return 0; fi
  rm -rf "$kept" 2>/dev/null || return 0
  if ! mkdir -p "$kept" 2>/dev/null || ! (cd bin && cp -- "${@:2}" "$kept" && echo "$sums" >"$kept/.sums") 2>/dev/null; then
    rm -rf "$kept" 2>/dev/null || true
  fi
}
