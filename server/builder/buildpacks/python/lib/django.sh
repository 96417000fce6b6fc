# Django's static files. Sourced by bin/compile.

# The manage.py of an app that wants them; nothing where there is none.
django_program() {
  [ -z "${DISABLE_COLLECTSTATIC-}" ] || return 0
  find . -maxdepth 3 -name manage.py -not -path './.deis/*' -print -quit
}

collect_static() {
  local manage
  manage=$(django_program)
  [ -n "$manage" ] || return 0
  python -c 'import django' 2>/dev/null || return 0
  if ! python "$manage" help collectstatic >/tmp/collectstatic.log 2>&1; then
    detail 'There is no collectstatic: django.contrib.staticfiles is not installed, or the settings do not load'
    tail -n 5 /tmp/collectstatic.log | indent
    return 0
  fi
  say "Collecting static files ($manage collectstatic)"
  indented python "$manage" collectstatic --noinput --traceback ||
    fail 'collectstatic failed. Is STATIC_ROOT set, and is all config that the settings need set with deis config:set? `deis config:set DISABLE_COLLECTSTATIC=1` does without'
}
