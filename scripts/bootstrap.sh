#!/bin/sh
# Makes .venv ready and does nothing when it already is.
#
#   scripts/bootstrap.sh run    what the service needs       (requirements.txt)
#   scripts/bootstrap.sh dev    and what its tests need too  (requirements-dev.txt)
#
# Needs Python 3.11 or newer ($PYTHON, or the first that fits on PATH). Exit 1 with one
# line that says what to do when it cannot go on.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
what=${1:-run}

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

case $what in
  run) locks='requirements.txt' ;;
  dev) locks='requirements.txt requirements-dev.txt' ;;
  *) say 'usage: scripts/bootstrap.sh run|dev'; exit 2 ;;
esac

# What the environment was made from: its place (scripts in it hold the path) and the locks.
# shellcheck disable=SC2086  # $locks is a list
fingerprint() { pwd; cksum $1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if new_enough "$name"; then printf '%s' "$name"; return; fi
  done
  die 'Python 3.11 or newer is needed; on Debian or Ubuntu: apt-get install python3 python3-venv'
}

# Debian keeps the module that makes environments in a package of its own.
ensure_venv_module() {
  "$1" -c 'import ensurepip, venv' 2>/dev/null && return
  package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "Python's venv module is missing; run: sudo apt-get install $package"
  fi
  say "Installing $package ..."
  { apt-get update -q && apt-get install -qy --no-install-recommends "$package"; } >&2 \
    || die "could not install $package"
}

make_venv() {
  python=$(find_python)
  ensure_venv_module "$python"
  "$python" -m venv --clear "$venv"
}

usable() {
  [ -x "$venv/bin/python" ] && new_enough "$venv/bin/python" \
    && "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

moved() { [ -f "$1" ] && [ "$(head -n 1 "$1")" != "$(pwd)" ]; }

stamp="$venv/.installed-$what"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint "$locks")" ] \
  && "$venv/bin/python" -c '' 2>/dev/null; then
  exit 0
fi

if moved "$venv/.installed-run" || ! usable; then
  say 'Making the virtual environment .venv ...'
  make_venv
fi
say "Installing packages from $locks (only needed when they change) ..."
set --
for lock in $locks; do set -- "$@" -r "$lock"; done
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
  --require-hashes --use-pep517 "$@" || die 'the packages could not be installed; see the lines above'
# Flask would read .env before the service does, and die with a traceback of one that can't be read.
printf 'import os; os.environ.setdefault("FLASK_SKIP_DOTENV", "1")\n' \
  >"$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/assent.pth"
if [ "$what" = dev ]; then fingerprint requirements.txt >"$venv/.installed-run"; fi
fingerprint "$locks" >"$stamp"
