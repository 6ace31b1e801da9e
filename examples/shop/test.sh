#!/bin/sh
# The end-to-end test: what a viewer of CloudFront would get of the shop. On a
# failure it prints what edgesim says about it, and exits with 1.
set -eu
EDGE=${EDGE:-http://127.0.0.1:${EDGE_PORT:-8080}}
head=$(mktemp) body=$(mktemp)
trap 'rm -f "$head" "$body"' EXIT

ask() { curl -sS --noproxy '*' -D "$head" -o "$body" -w '%{http_code}' "$EDGE/" 2>/dev/null; }

# Containers that have just been started are waited for; a wrong certificate is not.
status=$(ask) || true
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ "$status" = 000 ] || grep -q '^X-Edgesim-Cause: .* connect-refused' "$head" || break
  sleep 1
  status=$(ask) || true
done

if [ "$status" != 200 ] || ! grep -q '<h1>Open</h1>' "$body"; then
  echo "FAILED: GET / through the edge: status $status"
  sed -n 's/^X-Edgesim-\(Cause\|Detail\|Hint\): //p' "$head" | tail -3
  exit 1
fi
echo "passed: GET / through the edge: status $status"
