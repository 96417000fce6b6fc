#!/bin/sh
# archive_command of PostgreSQL: FOLDER NAME. PostgreSQL keeps a segment until this says that somebody has copied it. It
# copies nothing itself, and ends within some two seconds: a stop of the server waits for three of them.
set -u
tries=0
while [ "$tries" -lt 20 ]; do
  if [ -e "$1/$2" ]; then exit 0; fi
  tries=$((tries + 1))
  sleep 0.1
done
exit 1
