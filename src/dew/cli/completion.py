"""``dew completion``: the script that makes a shell complete commands and names."""

from typing import Annotated, Literal

from cyclopts import Parameter

Shell = Annotated[Literal["bash", "zsh", "fish"], Parameter(name="SHELL", help="Which shell it is for.")]


def completion(shell: Shell, /) -> None:
    """Print the completion script for a shell.

    For bash: dew completion bash > ~/.local/share/bash-completion/completions/dew
    """
    from dew.cli.main import build_app

    print(build_app().generate_completion(prog_name="dew", shell=shell))
