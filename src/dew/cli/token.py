"""``dew token``: who may speak with dewd."""

from typing import Annotated

from cyclopts import App, Parameter

from dew.cli import names, show
from dew.cli.home import open_client
from dew.cli.parameters import Json, Yes

DAY_SECONDS = 86_400

app = App(name="token", help="Create, list, revoke access tokens.")

Days = Annotated[
    int | None, Parameter(name="--days", help="How many days it works; without, until it is revoked.")
]
ReadOnly = Annotated[bool, Parameter(negative="", help="It may look and not change anything.")]


@app.command
def create(
    name: Annotated[str, Parameter(name="NAME", help="What it is for.")],
    /,
    *,
    read_only: ReadOnly = False,
    days: Days = None,
    as_json: Json = False,
) -> None:
    """Create an access token and show it, once."""
    seconds = None if days is None else days * DAY_SECONDS
    made = open_client().create_token(name, ["read"] if read_only else ["read", "write"], seconds)
    show.tell(made, made.token or "", as_json)
    if not as_json:
        show.note(
            f"This is token {made.name} (id {made.id}). It is shown once: keep it, as DEW_TOKEN for example."
        )


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the access tokens, without their secrets."""
    found = open_client().tokens()
    if as_json:
        show.document(found)
        return
    rows = [
        (
            str(each.id),
            each.name,
            " and ".join(each.scopes),
            show.ago(each.created_at),
            show.ago(each.last_used_at) or "never",
            "never" if each.expires_at is None else f"{each.expires_at:%Y-%m-%d %H:%M}",
        )
        for each in found
    ]
    show.table(("ID", "Name", "May", "Created", "Last used", "Expires (UTC)"), rows, "There are no tokens.")


@app.command
def revoke(
    token: Annotated[str, Parameter(name="TOKEN", help="Name or id of a token.")],
    /,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make an access token worthless."""
    client = open_client()
    found = names.token(client, token)
    show.confirm(f"Revoke the token {found.name} (id {found.id})? Programs that use it are shut out.", yes)
    client.revoke_token(found.id)
    show.tell({"revoked": [found.id]}, f"Token {found.name} is revoked.", as_json)
