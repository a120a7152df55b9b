"""Whether a size fits this machine."""

from typing import Annotated, TypedDict

from msgspec import Meta

from dew.actions.fitting import Fit as FitModel


class Fit(TypedDict):
    """Whether a size fits this machine."""

    slug: str
    fits: bool
    reason: Annotated[str, Meta(description="why it does not; empty if it does")]


def fit(fit: FitModel) -> Fit:
    """An element of /dew/v1/sizes."""
    return {"slug": fit.slug, "fits": not fit.reason, "reason": fit.reason}
