"""Settings: from the file, then from the environment; what makes no sense is named."""

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest
from tests.certificate import own_certificate

from dew.config import _CONVERTERS, Config, load
from dew.model.errors import Invalid

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_every_setting_is_documented() -> None:
    text = DOCUMENTATION.read_text()
    missing = [field.name for field in dataclasses.fields(Config) if f"`{field.name}`" not in text]
    assert missing == []


def test_every_setting_can_be_set() -> None:
    settable = {field.name for field in dataclasses.fields(Config)} - {"data"}
    assert settable == set(_CONVERTERS)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "dew.toml").write_text('listen = "127.0.0.1:1"\nports = [22, 8080]\nsimulate = true\n')
    config = load({"DEW_DATA": str(tmp_path), "DEW_LISTEN": "127.0.0.1:2"})
    assert config.host_and_port == ("127.0.0.1", 2)
    assert config.ports == (22, 8080)
    assert config.simulate
    assert config.data == tmp_path


def test_prices_are_read_from_a_table_and_from_words(tmp_path: Path) -> None:
    (tmp_path / "dew.toml").write_text("[prices]\ns-1vcpu-1gb = 5.10\n")
    assert load({"DEW_DATA": str(tmp_path)}).prices == {"s-1vcpu-1gb": Decimal("5.10")}
    config = load({"DEW_DATA": str(tmp_path), "DEW_PRICES": "s-1vcpu-1gb=5,s-1vcpu-2gb=9.99"})
    assert config.prices == {"s-1vcpu-1gb": Decimal(5), "s-1vcpu-2gb": Decimal("9.99")}


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("DEW_LISTEN", "127.0.0.1:", "DEW_LISTEN"),
        ("DEW_LISTEN", "127.0.0.1:http", "DEW_LISTEN"),
        ("DEW_LISTEN", "0.0.0.0:8080", "DEW_INSECURE_LISTEN"),
        ("DEW_NETWORK", "10.0.0.0/8", "network"),
        ("DEW_NETWORK", "127.0.0.0/30", "network"),
        ("DEW_FETCH_NETWORKS", "192.168.1.1/24", "DEW_FETCH_NETWORKS"),
        ("DEW_PORTS", "22,99999", "DEW_PORTS"),
        ("DEW_ACCELERATOR", "warp", "DEW_ACCELERATOR"),
        ("DEW_RESOLVER", "8.8.8.8", "DEW_RESOLVER"),
        ("DEW_SIMULATE", "perhaps", "DEW_SIMULATE"),
        ("DEW_PRICES", "s-1vcpu-1gb", "DEW_PRICES"),
        ("DEW_PRICES", "s-9vcpu-9gb=5", "s-9vcpu-9gb"),
        ("DEW_PRICES", "s-1vcpu-1gb=-5", "DEW_PRICES"),
        ("DEW_DAILY_BACKUPS_PERCENT", "nan", "DEW_DAILY_BACKUPS_PERCENT"),
        ("DEW_RESERVE_GIGABYTES", "-1", "DEW_RESERVE_GIGABYTES"),
        ("DEW_RESERVE_GIGABYTES", "nan", "DEW_RESERVE_GIGABYTES"),
        ("DEW_TLS_KEY", "/key.pem", "tls_certificate"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    tmp_path: Path, variable: str, value: str, named: str
) -> None:
    with pytest.raises(Invalid, match=named):
        load({"DEW_DATA": str(tmp_path), variable: value})


def test_a_name_that_is_not_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dew.toml").write_text("lisen = 1\n")
    with pytest.raises(Invalid, match="lisen"):
        load({"DEW_DATA": str(tmp_path)})


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dew.toml").write_text("= nonsense")
    with pytest.raises(Invalid, match=r"dew\.toml"):
        load({"DEW_DATA": str(tmp_path)})


def test_other_addresses_than_loopback_need_tls_or_a_word(tmp_path: Path) -> None:
    where = {"DEW_DATA": str(tmp_path), "DEW_LISTEN": "0.0.0.0:8080"}
    assert load({**where, "DEW_INSECURE_LISTEN": "1"}).insecure_listen
    certificate, key = own_certificate(tmp_path)
    assert load({**where, "DEW_TLS_CERTIFICATE": str(certificate), "DEW_TLS_KEY": str(key)}).tls_key
    with pytest.raises(Invalid, match=r"gone\.pem"):
        load({**where, "DEW_TLS_CERTIFICATE": "/gone.pem", "DEW_TLS_KEY": str(key)})
