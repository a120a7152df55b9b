"""Entry point of ``dew``: which command lives in which file, and how a command ends.

Exit codes: 0 it is done · 1 the Action or the request failed · 2 bad usage, or a name that fits several
things · 3 not found · 4 dewd cannot be reached · 5 refused: busy, not allowed, or too much at once ·
6 the time limit passed while waiting, the Action goes on · 130 interrupted by Ctrl-C.
"""

import os
import sys
from typing import Any

from cyclopts import App, CycloptsError, Parameter

from dew import __version__
from dew.cli.failure import Exit, Failure

EPILOGUE = """\
Exit codes: 0 done, 1 failed, 2 bad usage or an ambiguous name, 3 not found, 4 dewd cannot be reached, \
5 refused (busy, not allowed, too much at once), 6 still going on when the time limit passed, 130 interrupted.

Things are meant by id, slug or name. If that fits several, say id:1 or name:1.

Environment: DEW_URL, DEW_TOKEN, DEW_DATA (where dewd keeps its data), DEW_LISTEN (127.0.0.1:8080).

Begin with: dew doctor, then dew up, then dew demo.
"""

COMMANDS = {  # name: file and attribute, what it does
    "doctor": ("doctor:doctor", "Check what this machine can do, and say what to change."),
    "up": ("up:up", "Start dewd in the background."),
    "down": ("down:down", "Stop dewd; guests keep running unless --guests is given."),
    "panel": ("panel:panel", "Open the control panel in a browser."),
    "status": ("status:status", "Show how dewd and its machine are."),
    "check": ("check:app", "Check that no disk has lost anything."),
    "demo": ("demo:demo", "Play the whole story on real Droplets: break one, and put it back."),
    "logs": ("logs:logs", "Show the end of dewd's log."),
    "droplet": ("droplet:app", "Create, list, show, delete, log in to, rename, expose Droplets."),
    "power": ("power:app", "Switch Droplets on and off."),
    "snapshot": ("snapshot:app", "Take, list, show, rename, export, import, delete Snapshots."),
    "backup": ("backup:app", "Have Droplets backed up by themselves, daily or weekly."),
    "restore": ("restore:restore", "Put a Droplet back to a Snapshot or Backup. Can be undone for a while."),
    "rebuild": ("rebuild:rebuild", "Begin anew with a Droplet, from any Image. Can be undone for a while."),
    "resize": ("resize:resize", "Give a Droplet that is off another size."),
    "image": ("image:app", "List, build, fetch, import, delete Images to create Droplets from."),
    "action": ("action:app", "List, show, follow and retry Actions."),
    "key": ("key:app", "Add, list, delete public SSH keys."),
    "token": ("token:app", "Create, list, revoke access tokens."),
    "costs": ("costs:costs", "Show what Droplets and Backups would cost. Nobody is charged."),
    "tls": ("tls:tls", "Show how clients come to trust dewd's certificate."),
    "size": ("size:app", "List the sizes a Droplet can have."),
    "region": ("region:app", "List the regions that may be asked for."),
    "completion": ("completion:completion", "Print the completion script for a shell."),
}


def build_app(epilogue: str = "") -> App:
    """Return the command line; a command's file is imported when the command is used."""
    app = App(
        name="dew",
        help="Droplets with Snapshots on machines of your own.",
        help_epilogue=epilogue,
        help_format="plaintext",
        version=__version__,
        default_parameter=Parameter(show_default=_default),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for order, (name, (place, summary)) in enumerate(COMMANDS.items()):
        app.command(f"dew.cli.{place}", name=name, help=summary, sort_key=order)
    return app


def _default(value: Any) -> Any:
    """What help shows as a parameter's default: nothing for no, none and empty."""
    return value or None


def main() -> None:
    """Run the command of the command line and end with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run one command; return its exit code. Expected failures are told, never traced."""
    try:
        build_app(EPILOGUE if words in ([], ["--help"], ["-h"]) else "")(words, exit_on_error=False)
        sys.stdout.flush()  # here, where a reader that is gone does no harm
    except Failure as failure:
        return _end(words, failure)
    except CycloptsError:
        return Exit.USAGE  # Cyclopts has said what is wrong
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough. The interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:
        from dew.cli.translate import translated

        return _end(words, translated(error))
    return Exit.OK


def _end(words: list[str], failure: Failure) -> int:
    """Tell of a failure: to a person always, to a program too if it asked for JSON."""
    sys.stderr.write(failure.message + "\n")
    own_words = words[: words.index("--")] if "--" in words else words
    if "--json" in own_words and not failure.told:
        from dew.cli.show import document

        document({"error": {"message": failure.message, "exit_code": int(failure.code)}})
    return failure.code


if __name__ == "__main__":
    main()
