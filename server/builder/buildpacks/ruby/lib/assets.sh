# The assets that a Rakefile makes, Rails' among them. Sourced by bin/compile.

precompile_assets() {
  local tasks log file
  [ -f Rakefile ] || return 0
  for file in public/assets/manifest*.json public/assets/.manifest.json public/assets/.sprockets-manifest*.json; do
    [ -f "$file" ] || continue
    detail "Assets are in the repository ($file): they are not compiled"
    return 0
  done
  log=$(mktemp)
  # Rails wants one to load; the app's own is a matter of its config.
  [ -n "${SECRET_KEY_BASE-}" ] || SECRET_KEY_BASE=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  export SECRET_KEY_BASE
  if ! tasks=$(bundle exec rake -P 2>"$log"); then
    detail 'The tasks of Rakefile could not be listed, so no assets are compiled:'
    tail -n 5 "$log" | indent
    return 0
  fi
  grep -qx 'rake assets:precompile' <<<"$tasks" || return 0
  say 'Compiling assets (rake assets:precompile)'
  indented bundle exec rake assets:precompile ||
    fail 'rake assets:precompile failed. Is all config that it needs set with deis config:set?'
}
