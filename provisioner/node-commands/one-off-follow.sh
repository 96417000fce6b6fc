# Prints what a container writes, both outputs as one, from the beginning on, until it has ended. Argument: its
# name.
docker logs -f "$1" 2>&1
docker wait "$1" >/dev/null
