# Ends a container and removes it, also one that is gone already. Arguments: its name, seconds that it has to
# end by itself, the directory of what it wrote, which stays where the container could not be removed.
docker stop -t "$2" "$1" >/dev/null 2>&1
docker rm -fv "$1" >/dev/null && rm -rf "$3"
