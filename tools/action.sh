#!/usr/bin/env bash
# What action.yml runs: gets edgesim, unless it is on PATH already, checks, and
# writes annotations, SARIF and the verdict. Needs curl and sha256sum for a download.
set -euo pipefail

install() {
  local os arch base file dir
  os=$(uname -s | tr '[:upper:]' '[:lower:]')
  case $(uname -m) in
    x86_64) arch=amd64 ;;
    arm64 | aarch64) arch=arm64 ;;
    *) echo "::error::edgesim has no release for $(uname -m)"; exit 2 ;;
  esac
  file=edgesim_${os}_${arch}
  base=https://github.com/edgesim/edgesim/releases
  if [ "${EDGESIM_ACTION_VERSION}" = latest ]; then base=$base/latest/download; else base=$base/download/$EDGESIM_ACTION_VERSION; fi
  dir=$(mktemp -d)
  curl -fsSL --retry 3 -o "$dir/$file" "$base/$file"
  curl -fsSL --retry 3 -o "$dir/SHA256SUMS" "$base/SHA256SUMS"
  (cd "$dir" && grep "  $file\$" SHA256SUMS | sha256sum --check --strict --quiet)
  chmod +x "$dir/$file"
  mv "$dir/$file" "$dir/edgesim"
  PATH=$dir:$PATH
}

command -v edgesim >/dev/null 2>&1 || install

# Words separated by spaces, as the inputs say; nothing in them is expanded.
set -f
# shellcheck disable=SC2206
targets=($EDGESIM_ACTION_CONFIG) more=(${EDGESIM_ACTION_ARGS:-})
set +f

code=0
report=$(mktemp)
edgesim check "${targets[@]}" "${more[@]}" --fail-on "${EDGESIM_ACTION_FAIL_ON:-fail}" --format json >"$report" || code=$?
if [ -n "${EDGESIM_ACTION_SARIF:-}" ]; then
  GITHUB_ACTIONS=false edgesim check "${targets[@]}" "${more[@]}" --format sarif >"$EDGESIM_ACTION_SARIF" || true
fi
verdict=$(sed -n 's/^  "verdict": "\([a-z]*\)".*/\1/p' "$report" | head -n 1)
echo "verdict=${verdict:-undecided}" >>"${GITHUB_OUTPUT:-/dev/null}"
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || printf '### edgesim: %s\n' "${verdict:-undecided}" >>"$GITHUB_STEP_SUMMARY"
exit "$code"
