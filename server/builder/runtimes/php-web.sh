#!/bin/bash
# heroku-php-nginx [-C NGINX_CONF] [-F FPM_CONF] [-i PHP_INI] [-p PORT] [DOCROOT]: nginx before php-fpm, as the program of this name of
# Heroku's does it: NGINX_CONF is included in its server, where `heroku-fcgi` and `@heroku-fcgi` stand for php-fpm. By the name
# heroku-php-apache2 it is the same. SIGTERM lets both end what they have begun; if one ends by itself, so does the other.
root=/app/.deis/php
self=${0##*/}
max_workers=32
# php-fpm may load much before it listens. The first is less than a deploy waits for a port: who pushed is to see why.
say_seconds=30
give_up_seconds=600
usage() {
  echo "usage: $self [-C NGINX_CONF] [-F FPM_CONF] [-i PHP_INI] [-p PORT] [DOCROOT]" >&2
  exit 64
}
fail() {
  echo "$self: $*" >&2
  exit 1
}

include='' pool='' ini=() port=${PORT-}
while getopts ':C:F:i:p:l:v' option; do
  case $option in
    C) include=$OPTARG ;;
    F) pool=$(realpath -e -- "$OPTARG") || fail "there is no file $OPTARG" ;;
    i) ini=(-c "$(realpath -e -- "$OPTARG")") || fail "there is no file $OPTARG" ;;
    p) port=$OPTARG ;;
    # All logs go to stderr.
    l | v) ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || usage
document=$(realpath -e -- "${1:-.}" 2>/dev/null) && [ -d "$document" ] || fail "there is no folder ${1-}"
[[ $port =~ ^[0-9]+$ ]] || fail 'PORT names the port to listen at, and is not set'
if [ -n "$include" ] && [ "$self" = heroku-php-apache2 ]; then fail "-C $include: nginx runs here, which cannot read settings of Apache"; fi

# As many as the memory of the container has room for.
count_workers() {
  local limit total each
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null)
  total=$(awk '/^MemTotal:/ { printf "%.0f", $2 * 1024 }' /proc/meminfo)
  if ! [[ $limit =~ ^[0-9]+$ ]] || [ "$limit" -gt "$total" ]; then limit=$total; fi
  each=$("$root/bin/php" "${ini[@]}" -r 'echo ini_parse_quantity(ini_get("memory_limit"));') || fail 'PHP does not start'
  if ! [[ $each =~ ^[1-9][0-9]*$ ]]; then each=$((128 * 1024 * 1024)); fi
  local count=$((limit / each))
  if [ "$count" -gt "$max_workers" ]; then count=$max_workers; elif [ "$count" -lt 1 ]; then count=1; fi
  echo "$count"
}
workers=${WEB_CONCURRENCY-}
if ! [[ $workers =~ ^[1-9][0-9]{0,3}$ ]]; then workers=$(count_workers) || exit 1; fi

work=$(mktemp -d /tmp/deis-php.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT

# What the server does with paths, unless the app says it itself.
default_include() {
  if [ -f "$document/index.php" ]; then
    echo 'location / { index index.php index.html index.htm; try_files $uri $uri/ /index.php$is_args$args; }'
  else
    echo 'location / { index index.php index.html index.htm; }'
  fi
}
case $include in
  '') default_include >"$work/include.conf" ;;
  *.php) "$root/bin/php" -f "$include" >"$work/include.conf" || fail "$include, which says the settings of nginx, failed" ;;
  *) cp -- "$include" "$work/include.conf" || fail "there is no file $include" ;;
esac

cat >"$work/fpm.conf" <<FPM
[global]
daemonize = no
error_log = /dev/null
log_level = warning
process_control_timeout = 30s
[www]
listen = $work/fpm.sock
pm = ondemand
pm.max_children = $workers
pm.process_idle_timeout = 60s
clear_env = no
catch_workers_output = yes
decorate_workers_output = no
php_value[error_log] = /dev/stderr
${pool:+include = $pool}
FPM
cat >"$work/nginx.conf" <<NGINX
daemon off;
worker_processes 2;
pid $work/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  include $root/etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log off;
  server_tokens off;
  sendfile on;
  client_max_body_size 0;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  fastcgi_buffers 256 4k;
  fastcgi_read_timeout 3600;
  upstream heroku-fcgi { server unix:$work/fpm.sock; }
  server {
    listen $port;
    server_name localhost;
    port_in_redirect off;
    absolute_redirect off;
    root "$document";
    location @heroku-fcgi {
      include $root/etc/nginx/fastcgi_params;
      fastcgi_split_path_info ^(.+\.php)(/.*)\$;
      fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
      fastcgi_param PATH_INFO \$fastcgi_path_info if_not_empty;
      fastcgi_param SERVER_NAME \$host;
      # Debian's says the host without its port, by which apps make addresses; the proxies know their hosts.
      fastcgi_param HTTP_HOST \$http_host;
      fastcgi_param HTTP_PROXY "";
      if (!-f \$document_root\$fastcgi_script_name) { return 404; }
      fastcgi_pass heroku-fcgi;
    }
    include $work/include.conf;
    location ~ /\.(?!well-known/) { deny all; }
    location ~ ^/(composer\.(json|lock)|auth\.json|app\.json|Procfile)\$ { deny all; }
    location ~ \.php { try_files @heroku-fcgi @heroku-fcgi; }
  }
}
NGINX

"$root/bin/php-fpm" --nodaemonize --force-stderr "${ini[@]}" --fpm-config "$work/fpm.conf" &
fpm=$!
nginx='' stopping=''
# nginx first: what it has begun needs php-fpm.
stop() {
  stopping=1
  kill -QUIT "${nginx:-$fpm}" 2>/dev/null
}
trap stop TERM INT QUIT
began=$SECONDS said=''
say_silent() {
  echo "$self: php-fpm does not listen after $((SECONDS - began)) s${pool:+: a line \`listen\` of $pool may say another place than $work/fpm.sock}" >&2
}
until [ -S "$work/fpm.sock" ]; do
  kill -0 "$fpm" 2>/dev/null || fail 'php-fpm did not start'
  if [ -z "$said" ] && [ $((SECONDS - began)) -ge "$say_seconds" ]; then
    said=1
    say_silent
  fi
  if [ $((SECONDS - began)) -ge "$give_up_seconds" ]; then
    kill -KILL "$fpm"
    wait "$fpm" 2>/dev/null
    fail 'gave php-fpm up'
  fi
  sleep 0.02
done
if [ -z "$stopping" ]; then
  "$root/libexec/nginx" -e stderr -c "$work/nginx.conf" &
  nginx=$!
fi
while
  wait -n ${nginx:+"$nginx"} "$fpm"
  [ -z "$nginx" ] || kill -0 "$nginx" 2>/dev/null && kill -0 "$fpm" 2>/dev/null
do :; done
[ -n "$stopping" ] || echo "$self: $(kill -0 "$fpm" 2>/dev/null && echo nginx || echo php-fpm) has ended, and what ran beside it ends, too" >&2
kill -QUIT $nginx "$fpm" 2>/dev/null
trap '' TERM INT QUIT
wait
[ -n "$stopping" ]
