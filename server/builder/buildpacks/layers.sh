# Layers: parts of the app that dependencies alone decide, such as node_modules. The slug has each as a part of its own in front of the
# rest, compressed by itself, so that what the cache holds of one goes into the slug as it is: neither unpacked nor compressed again.
# Whether a layer comes out of the cache changes no byte of the slug. Sourced by run.sh and by buildpacks, in the app's folder.

# Here lie NAME.path of the slug's layers, NAME.tgz of those that are packed already, and NAME.mark of when their folder was as packed.
layers=${DEIS_LAYERS:-/tmp/layers}
mkdir -p "$layers"

# An archive to stdout: same tree, same bytes. Of a stack with another user it is another one: nodes keep slugs by their bytes. Copies
# of what lies in the cache are open to everybody, as that is. $@: more of tar's.
archive() {
  tar --format=gnu --sort=name --mtime=@0 --mode=go-w --owner="$(id -u)" --group="$(id -g)" --numeric-owner "$@"
}

# Has the slug hold a folder as a layer, where it is there in the end. $1: name. $2: its path below the app.
add_layer() { echo "$2" >"$layers/$1.path"; }

# To stdout, without the two blocks of zeros that end an archive: others follow. $1: path, which need not be there.
pack_layer() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 0; fi
  archive --blocking-factor=1 -cf - "./$1" | head -c -1024 | gzip -n -4
}

# Takes a layer from the cache, packed. $1: name. $2: key, empty for none. $3: CACHE_DIR. False where another one, or not the whole of it,
# lies there.
take_layer() {
  local kept="$3/layers/$1" key='' sum=''
  if [ -z "$2" ] || [ ! -f "$kept.key" ]; then return 1; fi
  IFS=' ' read -r key sum <"$kept.key" || true
  [ "$key" = "$2" ] || return 1
  if [ -f "$layers/$1.mark" ]; then rm "$layers/$1.mark"; fi
  if cp "$kept.tgz" "$layers/$1.tgz" 2>/dev/null && [ "$(sha256sum <"$layers/$1.tgz")" = "$sum" ]; then return 0; fi
  rm -f "$layers/$1.tgz"
  return 1
}

# Brings a layer that was taken to its place, where somebody needs it there. $1: name. $2: path.
unpack_layer() {
  rm -rf "$2"
  if [ -s "$layers/$1.tgz" ]; then tar -xzf "$layers/$1.tgz" || fail "$2 could not be unpacked"; fi
  touch "$layers/$1.mark"
}

# Whether the cache may have a file more: one that is too large is emptied when the build is over. $1: CACHE_DIR. $2: file.
cache_has_room() {
  local used
  [ -n "${DEIS_CACHE_KB-}" ] || return 0
  used=$(du -sk "$1" 2>/dev/null | cut -f 1) || true
  [ $((used + $(stat -c %s "$2") / 1024)) -lt "$DEIS_CACHE_KB" ]
}

# Packs a layer that is there, and keeps it for the next build. $1: name. $2: key, empty where none says what it is made of. $3: CACHE_DIR.
# $4: path.
keep_layer() {
  local kept
  [ -n "$2" ] || return 0
  # Before: what is changed from now on is not in it.
  touch "$layers/$1.mark"
  pack_layer "$4" >"$layers/$1.tgz"
  kept="$(cache_folder "$3" layers)/$1"
  rm -rf "$kept.key" "$kept.tgz" 2>/dev/null || return 0
  if ! cache_has_room "$3" "$layers/$1.tgz"; then return 0; fi
  if ! cp "$layers/$1.tgz" "$kept.tgz" 2>/dev/null || ! echo "$2 $(sha256sum <"$layers/$1.tgz")" 2>/dev/null >"$kept.key"; then
    rm -rf "$kept.key" "$kept.tgz" 2>/dev/null || true
  fi
}

# $1: name. $2: path. True where the packed layer is what lies at its place, or would lie there if anybody had needed it.
layer_is_packed() {
  [ -f "$layers/$1.tgz" ] || return 1
  if [ ! -e "$2" ] && [ ! -L "$2" ]; then
    # One that was there, and somebody has removed, is not wanted.
    [ ! -f "$layers/$1.mark" ] || [ ! -s "$layers/$1.tgz" ]
    return
  fi
  [ -f "$layers/$1.mark" ] && [ -z "$(find "$2" -newercc "$layers/$1.mark" -print -quit)" ]
}

# The slug to stdout: its layers, then the rest.
pack() {
  local each name path excluded=()
  each_runtime unlink_runtime
  for each in "$layers"/*.path; do
    [ -f "$each" ] || continue
    name=${each##*/} name=${name%.path} path=$(cat "$each")
    if layer_is_packed "$name" "$path"; then cat "$layers/$name.tgz"; else pack_layer "$path"; fi
    excluded+=("--exclude=./$path")
  done
  archive --anchored --no-wildcards "${excluded[@]}" -cf - . | gzip -n -4
}
