# Runs a container that was made for input, and takes it along when it ends. Arguments: its name, the
# directory of what it wrote.
trap 'docker rm -fv "$1" >/dev/null 2>&1 && rm -rf "$2"' EXIT
trap 'exit 129' HUP INT TERM PIPE
docker start -ai "$1"
exit $?
