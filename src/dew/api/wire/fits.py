"""Whether a size fits this machine."""

from dew.actions.fitting import Fit
from dew.api.wire.units import Json


def fit(fit: Fit) -> Json:
    """An element of /dew/v1/sizes."""
    return {"slug": fit.slug, "fits": not fit.reason, "reason": fit.reason}
