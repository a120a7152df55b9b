# shellcheck shell=bash
# Whether a virtual environment is what its checkout asks for. Sourced with $checkout and $venv set.

# What the environment is made from. Set-up writes it to made-from, last of all, under the word "dev" or "run".
ingredients() {
    readlink -f -- "$venv/bin/python"
    sha256sum -- "$checkout"/{requirements.lock,requirements-dev.lock,pyproject.toml} "$checkout"/setup/*
}

is_ready() { # run | dev
    local made now
    [[ -e $venv/made-from ]] || return
    made=$(<"$venv/made-from")
    now=$(ingredients) || return
    [[ $made == "dev"$'\n'"$now" || ($1 == run && $made == "run"$'\n'"$now") ]]
}
