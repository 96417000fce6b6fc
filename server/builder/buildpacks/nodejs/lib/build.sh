# Packages, the app's own build, and packages for development out again, with what is unchanged taken from the cache. Sourced by bin/compile.
# Kept are node_modules as they are in the end (`node_modules`), and where a script builds the app, after which more is taken out, as they
# were installed (`installed`).

# $1: CACHE_DIR.
build_app() {
  add_layer node_modules node_modules
  rm -rf node_modules
  if [ -n "$build_script" ]; then build_by_script "$1"; else build_alone "$1"; fi
}

build_alone() {
  if take_layer node_modules "$install_key" "$1"; then
    say_unchanged
    place_result
  else
    install_packages "$1"
    finish_packages "$1"
  fi
}

build_by_script() {
  local installed=installed
  [ -n "$prunes" ] || installed=node_modules
  if take_layer "$installed" "$install_key" "$1"; then
    say_unchanged
    unpack_layer "$installed" node_modules
  else
    install_packages "$1"
    keep_layer "$installed" "$install_key" "$1" node_modules
  fi
  run_script "$build_script"
  # Where a build has written into node_modules, that is what is pruned, and kept for nobody.
  if ! layer_is_packed "$installed" node_modules; then install_key=; fi
  if [ -n "$prunes" ] && take_layer node_modules "$install_key" "$1"; then
    say 'Removing development packages (from the cache)'
    rm -rf node_modules
    place_result
  elif [ -n "$prunes" ] || [ -z "$install_key" ]; then
    finish_packages "$1"
  fi
}

say_unchanged() { say 'Dependencies unchanged: taken from the cache'; }

# Who comes after this buildpack may look at them.
place_result() { if [ -z "${DEIS_IS_LAST-}" ]; then unpack_layer node_modules node_modules; fi; }

finish_packages() {
  prune_packages
  give_lock_back
  forget_the_time
  keep_layer node_modules "$install_key" "$1" node_modules
}
