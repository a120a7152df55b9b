"""A password that was reset opens the door: at once, after a pulled cord and after a reboot."""

import pytest

from dew.client import ApiError
from tests.guest.dewd import Dewd

pytestmark = pytest.mark.guest


def test_a_new_password_holds_from_the_moment_it_is_shown(dewd: Dewd) -> None:
    guest = dewd.create("forgetful", ssh_keys=[])
    try:
        old = dewd.client.reveal_password(guest.id)
        assert guest.log_in_with(old) == "in"
        guest.act("password_reset")
        new = dewd.client.reveal_password(guest.id)
        guest.act("power_cycle")  # pulls the cord
        assert guest.log_in_with(new) == "in"
        assert guest.log_in_with(old) == ""
        guest.act("reboot")
        assert guest.log_in_with(new) == "in"
        guest.act("power_off")
        with pytest.raises(ApiError, match="power it on"):
            dewd.client.act(guest.id, "password_reset")
    finally:
        guest.delete()
