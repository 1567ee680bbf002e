#!/bin/sh
# Makes .venv with bnsim in it, and installs the system libraries of Qt where it may.
# Run it from a checkout as often as you like:  sh resources/setup.sh && .venv/bin/bnsim
set -eu

cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
venv=.venv
stamp=$venv/bnsim-setup

# With an empty HOME pip would cache in the root folder; without one it asks the system.
[ -n "${HOME:-}" ] || unset HOME

say() { printf 'setup: %s\n' "$*"; }

die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

check_python() {
    command -v "$python" >/dev/null 2>&1 || die "python3 is missing: install Python 3.11 or newer."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$("$python" --version) is too old: bnsim needs 3.11 or newer (PYTHON=python3.12 sh $0)."
}

missing_packages() {
    "$python" bnsim/doctor.py --apt
    # Debian ships Python without the module that makes a venv usable.
    [ "$(uname -s)" != Linux ] || "$python" -c 'import ensurepip' 2>/dev/null || echo python3-venv
}

install_with_apt() {
    say "installing system libraries: $*"
    export DEBIAN_FRONTEND=noninteractive
    # Debian's tools chatter on both channels; what they said matters only when they fail.
    said=$({ apt-get update && apt-get install -y --no-install-recommends "$@"; } 2>&1) || {
        printf '%s\n' "$said" | tail -n 5 >&2
        return 1
    }
}

system_libraries() {
    # shellcheck disable=SC2046  # the words are package names
    set -- $(missing_packages)
    [ $# -gt 0 ] || return 0
    if is_root && command -v apt-get >/dev/null 2>&1; then
        install_with_apt "$@" || say "apt-get failed; these packages are missing: $*"
    elif command -v apt-get >/dev/null 2>&1; then
        say "system libraries are missing; please run:"
        say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
    else
        say "system libraries are missing; Debian calls them: $*"
    fi
}

# The pip script and not "python -m pip": it also breaks when the checkout has moved.
virtual_environment() {
    "$venv/bin/pip" --version >/dev/null 2>&1 && return 0
    say "making $venv"
    "$python" -m venv --clear "$venv" || die "$python cannot make a virtual environment in $venv."
}

fingerprint() { cat pyproject.toml bnsim/__init__.py | cksum; pwd -P; }

install_bnsim() {
    if [ "$(fingerprint)" = "$(cat "$stamp" 2>/dev/null)" ] &&
        "$venv/bin/python" -c 'import bnsim, msgspec, PySide6, pytest, pytestqt' 2>/dev/null; then
        return 0
    fi
    rm -f "$stamp"
    say "installing bnsim and its packages into $venv (about 300 MB, once)"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --editable '.[test]'
    fingerprint >"$stamp"
}

check_python
system_libraries
virtual_environment
install_bnsim
say "ready: .venv/bin/bnsim starts it, .venv/bin/pytest -q tests it"
