#!/bin/sh
# restore_command of PostgreSQL: FOLDER NAME PATH. Asks by a file, and waits a minute for the answer. 1 says that there is
# no such segment; more than 125 ends the recovery with an error:
# https://www.postgresql.org/docs/current/continuous-archiving.html
set -u
: >"$1/$2.wanted" || exit 200
tries=0
while [ "$tries" -lt 1200 ]; do
  if [ -e "$1/$2" ]; then
    mv "$1/$2" "$3" || exit 200
    exit 0
  fi
  if [ -e "$1/$2.none" ]; then exit 1; fi
  tries=$((tries + 1))
  sleep 0.05
done
exit 200
