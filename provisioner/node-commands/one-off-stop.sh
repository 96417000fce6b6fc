# Ends a container and removes it, also one that is gone already. Arguments: its name, seconds that it has to
# end by itself, the directory of what it wrote.
docker stop -t "$2" "$1" >/dev/null 2>&1; docker rm -fv "$1" >/dev/null 2>&1; rm -rf "$3"
