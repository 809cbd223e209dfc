"""The environment of one process, good and bad."""

import ipaddress
from pathlib import Path

import pytest

from gateway.edge.tls.files import TlsFiles
from gateway.environment import InvalidSetting
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.secret import Secret
from gateway.settings import Settings, read_settings, unknown_settings
from tests.fakes.certificates import Authority

_FOLDER = str(Path(__file__).parent)


def settings_of(**environ: str) -> Settings:
    return read_settings({"GATEWAY_POLICIES": _FOLDER} | environ)


def test_an_empty_environment_is_a_laptop() -> None:
    """
    Loopback, port 8080, no port for operators, metrics for this machine alone.
    """
    settings = settings_of()

    assert ("127.0.0.1", 8080, None) == (settings.host, settings.port, settings.admin_port)
    assert (Path("state"), None, None) == (settings.state_dir, settings.ca_file, settings.demo_key)
    assert (0.0, 30.0, True) == (settings.drain_delay_seconds, settings.drain_seconds, settings.access_log)
    assert ["127.0.0.0/8", "::1/128"] == [str(network) for network in settings.metrics_networks]


def test_an_empty_value_is_no_value() -> None:
    """
    Compose files and charts pass empty variables for unset ones.
    """
    names = (
        "HOST",
        "PORT",
        "ADMIN_PORT",
        "STATE_DIR",
        "CA_FILE",
        "DEMO_KEY",
        "ADMIN_KEY",
        "METRICS_NETWORKS",
        "DRAIN_DELAY_SECONDS",
        "DRAIN_SECONDS",
        "KEEP_ALIVE_SECONDS",
        "ACCESS_LOG",
        "LOG_LEVEL",
        "METRICS_TENANTS",
        "MASTER_KEY",
        "STARTUP_WAIT_SECONDS",
        "STATE_GRACE_SECONDS",
        "TLS_CERTIFICATE",
        "TLS_KEY",
        "TLS_CLIENT_CA",
        "ADMIN_TLS_CLIENT_CA",
        "TRUSTED_PROXIES",
        "ALLOWED_ORIGINS",
    )

    assert settings_of() == settings_of(**{f"GATEWAY_{name}": "" for name in names})


def test_every_variable_is_read(tmp_path: Path) -> None:
    """
    Each into its own field.
    """
    Authority(tmp_path)

    settings = settings_of(
        GATEWAY_HOST="0.0.0.0",
        GATEWAY_PORT="0",
        GATEWAY_PUBLIC_URL="https://gateway.example/",
        GATEWAY_ADMIN_PORT="9090",
        GATEWAY_STATE_DIR="/var/lib/gateway",
        GATEWAY_CA_FILE=str(tmp_path / "ca.pem"),
        GATEWAY_DEMO_KEY="open sesame",
        GATEWAY_ADMIN_KEY="open the office",
        GATEWAY_MASTER_KEY="0f" * 32,
        GATEWAY_STATE_GRACE_SECONDS="30",
        GATEWAY_STARTUP_WAIT_SECONDS="7",
        GATEWAY_TRUSTED_PROXIES="10.0.0.1",
        GATEWAY_METRICS_NETWORKS="10.0.0.0/8, fd00::/8",
        GATEWAY_DRAIN_DELAY_SECONDS="2.5",
        GATEWAY_DRAIN_SECONDS="60",
        GATEWAY_ACCESS_LOG="off",
        GATEWAY_LOG_LEVEL="Warning",
        GATEWAY_METRICS_TENANTS="17",
        GATEWAY_KEEP_ALIVE_SECONDS="620",
    )

    assert (
        Settings(
            host="0.0.0.0",
            port=0,
            public_url="https://gateway.example",
            admin_port=9090,
            policies=Path(_FOLDER),
            state_dir=Path("/var/lib/gateway"),
            ca_file=tmp_path / "ca.pem",
            demo_key=Secret("open sesame"),
            admin_key=Secret("open the office"),
            master_key=Secret("0f" * 32),
            state_grace_seconds=30.0,
            startup_wait_seconds=7.0,
            trusted_proxies=(ipaddress.ip_network("10.0.0.1/32"),),
            metrics_networks=(ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")),
            drain_delay_seconds=2.5,
            drain_seconds=60.0,
            access_log=False,
            log_level="warning",
            metrics_tenants=17,
            keep_alive_seconds=620.0,
            audit=settings.audit,
        )
        == settings
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_AUDIT_RESERVE_MB", "1.5"),
        ("GATEWAY_AUDIT_RESERVE_MB", "-1"),
        ("GATEWAY_PORT", "http"),
        ("GATEWAY_PUBLIC_URL", "gateway.example"),
        ("GATEWAY_PUBLIC_URL", "https://gateway.example/?a=b"),
        ("GATEWAY_PUBLIC_URL", "https://user@gateway.example"),
        ("GATEWAY_PUBLIC_URL", "ftp://gateway.example"),
        ("GATEWAY_PORT", "-1"),
        ("GATEWAY_PORT", "65536"),
        ("GATEWAY_PORT", "80.5"),
        ("GATEWAY_PORT", " 80"),
        ("GATEWAY_PORT", "\u0663"),
        ("GATEWAY_PORT", "9" * 5000),
        ("GATEWAY_ADMIN_PORT", "none"),
        ("GATEWAY_POLICIES", "/no/such/folder"),
        ("GATEWAY_POLICIES", __file__),
        ("GATEWAY_CA_FILE", "/no/such/file.pem"),
        ("GATEWAY_CA_FILE", _FOLDER),
        ("GATEWAY_CA_FILE", __file__),
        ("GATEWAY_DEMO_KEY", "short"),
        ("GATEWAY_ADMIN_KEY", "short"),
        ("GATEWAY_ADMIN_KEY_FILE", "/no/such/file"),
        ("GATEWAY_DEMO_KEY", "not\x00printable"),
        ("GATEWAY_DEMO_KEY_FILE", "/no/such/file"),
        ("GATEWAY_DEMO_KEY_FILE", _FOLDER),
        ("GATEWAY_MASTER_KEY", "secret"),
        ("GATEWAY_MASTER_KEY", "0f" * 31),
        ("GATEWAY_MASTER_KEY_FILE", "/no/such/file"),
        ("GATEWAY_STATE_GRACE_SECONDS", "long"),
        ("GATEWAY_STARTUP_WAIT_SECONDS", "for ever"),
        ("GATEWAY_REDIS_URL", "cache:6379"),
        ("GATEWAY_TRUSTED_PROXIES", "the balancer"),
        ("GATEWAY_METRICS_NETWORKS", "everyone"),
        ("GATEWAY_METRICS_NETWORKS", "10.0.0.1/8"),
        ("GATEWAY_METRICS_NETWORKS", "10.0.0.0/8;10.1.0.0/16"),
        ("GATEWAY_DRAIN_DELAY_SECONDS", "soon"),
        ("GATEWAY_DRAIN_DELAY_SECONDS", "-1"),
        ("GATEWAY_DRAIN_SECONDS", "nan"),
        ("GATEWAY_DRAIN_SECONDS", "inf"),
        ("GATEWAY_DRAIN_SECONDS", "3601"),
        ("GATEWAY_KEEP_ALIVE_SECONDS", "for ever"),
        ("GATEWAY_ACCESS_LOG", "perhaps"),
        ("GATEWAY_LOG_LEVEL", "loud"),
        ("GATEWAY_METRICS_TENANTS", "0"),
        ("GATEWAY_METRICS_TENANTS", "10001"),
        ("GATEWAY_METRICS_TENANTS", "many"),
        ("GATEWAY_METRICS_TENANTS", "000000000001999999"),
        ("GATEWAY_WORKERS", "00019999"),
    ],
)
def test_a_bad_value_names_its_variable(name: str, value: str) -> None:
    """
    The message begins with the variable and says what would do.
    """
    with pytest.raises(InvalidSetting) as caught:
        settings_of(**{name: value})

    assert str(caught.value).startswith(f"{name}: ")
    assert str(caught.value).endswith((".", "off"))
    assert len(str(caught.value)) < 300


def test_a_bad_demo_key_is_not_quoted() -> None:
    """
    It is a secret, be it a bad one.
    """
    with pytest.raises(InvalidSetting) as caught:
        settings_of(GATEWAY_DEMO_KEY="hunter2")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("gateway.example", False),
        ("localhost.example", False),
    ],
)
def test_loopback_is_known_when_seen(host: str, *, is_loopback: bool) -> None:
    """
    A name other than localhost is never taken for one: it may lead anywhere.
    """
    assert is_loopback is settings_of(GATEWAY_HOST=host).is_loopback


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("on", True), ("TRUE", True), ("0", False), ("Off", False), ("false", False)],
)
def test_a_switch_knows_six_words(value: str, *, expected: bool) -> None:
    """
    In any case.
    """
    assert expected is settings_of(GATEWAY_ACCESS_LOG=value).access_log


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    """
    Who names a file wants a key; an empty one must not fall back to a random one unnoticed.
    """
    (tmp_path / "secret").touch()

    with pytest.raises(InvalidSetting, match="GATEWAY_DEMO_KEY"):
        settings_of(GATEWAY_DEMO_KEY_FILE=str(tmp_path / "secret"))


def test_settings_do_not_show_the_demo_key() -> None:
    """
    Printing them is safe.
    """
    assert "open sesame" not in repr(settings_of(GATEWAY_DEMO_KEY="open sesame"))


def test_the_address_of_redis_is_read_and_never_shown(tmp_path: Path) -> None:
    """
    It may hold a password, so it may come from a file too.
    """
    (tmp_path / "url").write_text("redis://:hunter2@cache/1\n")

    settings = settings_of(GATEWAY_REDIS_URL_FILE=str(tmp_path / "url"))

    assert settings.redis == parse_address("redis://:hunter2@cache/1")
    assert "hunter2" not in repr(settings)
    with pytest.raises(InvalidSetting) as caught:
        settings_of(GATEWAY_REDIS_URL="redis://:hunter2@cache:none")
    assert "hunter2" not in str(caught.value)


def test_a_setting_that_does_nothing_is_named() -> None:
    """
    Every variable that is read is known, whatever else is there is told.
    """
    environ = {"GATEWAY_PROT": "80", "GATEWAY_THREADS": "4", "GATEWAY_PORT": "0", "PATH": "/bin"}

    assert ("GATEWAY_PROT", "GATEWAY_THREADS") == unknown_settings(environ)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("", "http://127.0.0.1:9000"),
        ("0.0.0.0", "http://localhost:9000"),
        ("::", "http://localhost:9000"),
        ("::1", "http://[::1]:9000"),
        ("gateway", "http://gateway:9000"),
    ],
)
def test_without_a_public_url_the_gateway_is_called_as_on_this_machine(host: str, expected: str) -> None:
    """
    Enough to try tokens out; behind a proxy the operator says more.
    """
    assert expected == settings_of(GATEWAY_HOST=host, GATEWAY_PORT="9000").public_url


def test_the_audit_log_has_its_place_and_its_bounds() -> None:
    """
    In the state folder, with a second folder, a reserve and anchors where they are named.
    """
    plain = settings_of(GATEWAY_STATE_DIR="/var/lib/gateway").audit
    named = settings_of(
        GATEWAY_AUDIT_SECOND_DIR="/mnt/second",
        GATEWAY_AUDIT_RESERVE_MB="2",
        GATEWAY_AUDIT_ANCHOR_DIR="/mnt/anchor",
        GATEWAY_AUDIT_ANCHOR_COMMAND="mail auditor@example.com",
        GATEWAY_AUDIT_ANCHOR_SECONDS="600",
    ).audit

    assert ((Path("/var/lib/gateway/audit"),), 64 * 1024 * 1024) == (plain.folders, plain.reserve_bytes)
    assert (True, False) == (plain.expires, settings_of(GATEWAY_AUDIT_EXPIRE="off").audit.expires)
    assert (None, None, 60.0) == (plain.anchor_folder, plain.anchor_command, plain.anchor_seconds)
    assert ((Path("state/audit"), Path("/mnt/second")), 2 * 1024 * 1024) == (
        named.folders,
        named.reserve_bytes,
    )
    assert (Path("/mnt/anchor"), "mail auditor@example.com", 600.0) == (
        named.anchor_folder, named.anchor_command, named.anchor_seconds,
    )  # fmt: skip


def test_every_redis_is_shown_the_same_certificate(tmp_path: Path) -> None:
    """
    A file that is not there is refused by its name.
    """
    file = tmp_path / "redis.pem"
    file.touch()
    urls = {"GATEWAY_REDIS_URL": "rediss://state", "GATEWAY_CACHE_REDIS_URL": "rediss://cache"}

    settings = settings_of(**urls, GATEWAY_REDIS_CERTIFICATE=str(file))

    addresses = (settings.redis, settings.cache_redis)
    assert [file, file] == [one and one.certificate for one in addresses]
    with pytest.raises(InvalidSetting, match="GATEWAY_REDIS_CERTIFICATE"):
        settings_of(**urls, GATEWAY_REDIS_CERTIFICATE=str(tmp_path / "none.pem"))


def test_answers_are_kept_in_a_redis_of_their_own_if_one_is_named() -> None:
    """
    Else in the one for everything, else in memory.
    """
    both = {"GATEWAY_REDIS_URL": "redis://state", "GATEWAY_CACHE_REDIS_URL": "redis://cache"}
    settings = [settings_of(**one) for one in (both, {"GATEWAY_REDIS_URL": "redis://state"}, {})]

    assert ["cache:6379", "state:6379", None] == [
        one.cache_redis.told if one.cache_redis is not None else None for one in settings
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_CACHE_MB", "lots"),
        ("GATEWAY_CACHE_MB", "-5"),
        ("GATEWAY_CACHE_REDIS_URL", "http://cache"),
    ],
)
def test_a_cache_setting_that_cannot_be_used_is_refused_by_its_name(name: str, value: str) -> None:
    """
    The size is a number of megabytes, the address one of Redis.
    """
    with pytest.raises(InvalidSetting, match=name):
        settings_of(**{name: value})


def test_a_certificate_makes_the_door_speak_tls() -> None:
    """
    The key may be in the same file, and our own name begins with https.
    """
    apart = settings_of(GATEWAY_TLS_CERTIFICATE="/tls/a.crt", GATEWAY_TLS_KEY="/tls/a.key")
    together = settings_of(GATEWAY_TLS_CERTIFICATE="/tls/a.pem", GATEWAY_TLS_CLIENT_CA="/tls/ca.pem")

    assert settings_of().tls is None
    assert TlsFiles(Path("/tls/a.crt"), Path("/tls/a.key"), (None,)) == apart.tls
    assert TlsFiles(Path("/tls/a.pem"), Path("/tls/a.pem"), (Path("/tls/ca.pem"),)) == together.tls
    assert "https://127.0.0.1:8080" == apart.public_url


def test_each_door_has_its_own_authority_of_clients() -> None:
    """
    The callers' is not the operators', which may be open to those who have no certificate.
    """
    certificate = {"GATEWAY_TLS_CERTIFICATE": "/tls/a.pem", "GATEWAY_ADMIN_PORT": "9090"}
    callers = settings_of(**certificate, GATEWAY_TLS_CLIENT_CA="/tls/ca.pem").tls
    operators = settings_of(**certificate, GATEWAY_ADMIN_TLS_CLIENT_CA="/tls/ops.pem").tls

    assert callers is not None
    assert operators is not None
    assert (Path("/tls/ca.pem"), None) == callers.client_authorities
    assert (None, Path("/tls/ops.pem")) == operators.client_authorities


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"GATEWAY_TLS_KEY": "/tls/a.key"}, "GATEWAY_TLS_KEY"),
        ({"GATEWAY_TLS_CLIENT_CA": "/tls/ca.pem"}, "GATEWAY_TLS_CLIENT_CA"),
        (
            {"GATEWAY_TLS_CERTIFICATE": "/tls/a.pem", "GATEWAY_ADMIN_TLS_CLIENT_CA": "/tls/ca.pem"},
            "GATEWAY_ADMIN_TLS_CLIENT_CA",
        ),
    ],
)
def test_half_a_wish_for_tls_is_refused(environ: dict[str, str], name: str) -> None:
    """
    Nobody who asked for TLS gets a plain door, or one that demands nothing.
    """
    with pytest.raises(InvalidSetting, match=name):
        settings_of(**environ)


def test_operators_do_not_share_the_callers_port() -> None:
    """
    It is refused by name, before a socket says that the address is in use; two free ports are two.
    """
    with pytest.raises(InvalidSetting, match="GATEWAY_ADMIN_PORT: 8080 is the callers' port"):
        read_settings({"GATEWAY_POLICIES": _FOLDER, "GATEWAY_ADMIN_PORT": "8080"})

    free = read_settings({"GATEWAY_POLICIES": _FOLDER, "GATEWAY_PORT": "0", "GATEWAY_ADMIN_PORT": "0"})
    assert (0, 0) == free.ports
