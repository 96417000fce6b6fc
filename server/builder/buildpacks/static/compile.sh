# Static files: Node.js and the small server of static-server.mjs.

install_runtime
cp /build/static/static-server.mjs .deis/static-server.mjs
root=$(node -p "JSON.parse(require('fs').existsSync('static.json') ? require('fs').readFileSync('static.json', 'utf8') : '{}').root ?? '.'")
[ -d "$root" ] || fail "static.json: there is no folder $root"
[ -f "$root/index.html" ] || detail "There is no index.html in $root: / answers 404"
say "Serving $(find "$root" -type f -not -path './.*' | wc -l) files with Node.js $DEIS_NODE_VERSION"
