# shellcheck shell=bash disable=SC2154
# What ./dew and the programs beside this file agree on. Sourced with $checkout and $venv set.
#
# In the virtual environment's directory, beside Python's own files:
#   lock, machine-lock   held while it, or the machine, is being prepared
#   made-from            what it was made from; there only when it is complete
#   unfinished           there while it is not
#   declined             what the person was offered for the machine and did not take
#   uv/                  a uv of its own, where PATH has none

oldest_python=3.11

say() { printf 'dew: %s\n' "$*" >&2; }
give_up() {
    say "$@"
    exit 1
}

# What the environment is made from, as kept in made-from under the word "dev" or "run".
ingredients() {
    readlink -f -- "$venv/bin/python"
    sha256sum -- "$checkout"/{requirements.lock,requirements-dev.lock,pyproject.toml,setup/python,setup/link.py}
}

is_ready() { # run | dev
    local made now
    [[ -e $venv/made-from ]] || return
    made=$(<"$venv/made-from")
    now=$(ingredients) || return
    [[ $made == "dev"$'\n'"$now" || ($1 == run && $made == "run"$'\n'"$now") ]]
}

# The directory is emptied later on, so it had better be ours.
claim() {
    if [[ -d $venv && ! -e $venv/pyvenv.cfg && ! -e $venv/lock && -n $(ls -A -- "$venv") ]]; then
        give_up "$venv has files in it that are not a virtual environment's: name another place in DEW_VENV"
    fi
    mkdir -p -- "$venv"
    touch -- "$venv/lock"
}

# The distribution's Python first: one from elsewhere on PATH may vanish or change under us.
find_python() {
    local candidate
    for candidate in /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3; do
        if "$candidate" -I -c "import ctypes, sqlite3, ssl, sys, venv
sys.exit(sys.version_info < tuple(map(int, '$oldest_python'.split('.'))))" 2>/dev/null; then
            type -P "$candidate"
            return
        fi
    done
    return 1
}

find_uv() {
    local candidate
    for candidate in "$venv/uv/bin/uv" uv; do
        if [[ $("$candidate" --version 2>/dev/null) =~ ^uv\ ([0-9]+)\.([0-9]+) ]]; then
            if ((BASH_REMATCH[1] > 0 || BASH_REMATCH[2] >= 5)); then
                type -P "$candidate"
                return
            fi
        fi
    done
    return 1
}
