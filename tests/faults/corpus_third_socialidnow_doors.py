"""Social-ID NOW, third batch: what opens a login or a connection although it is not the key."""

from typing import Any

from faults import spoil_third_socialidnow as spoil
from faults.calling import basic
from faults.corpus_socialidnow_info import CONNECTION, INFO, SOCIALIDNOW, USER
from faults.faults import Fault, Kind, documented

_PAIR = documented("2.2", "authentication is performed by the combination of api_secret and token")
_SECRET = documented("2.2", "api_secret, required: the Login App's secret")
_TOKEN = documented("2.2", "token, required: the login token received in the callback_url")
_LOGIN_APP = documented("2.1", "this API requires Login App authentication")
_BY_ID = documented("2.1", "connection_id, required: the user connection identifier")
_KINDS = documented("1.2", "Account, Login App and Login App Client each have a secret of their own")


def _info(ask: Any, **query: str) -> Any:
    """login/info with the right secret and token, but for the changes."""
    right = {"api_secret": ask.world["app"]["secret"], "token": ask.world["login"]["token"]}
    return ask("GET", "info?" + "&".join(f"{name}={value}" for name, value in (right | query).items()))


def _with_password(ask: Any, password: str) -> Any:
    return ask.connection(keys={"username": str(ask.world["app"]["id"]), "password": password})


def _with_basic_alone(ask: Any) -> Any:
    headers = {"Authorization": basic(ask.world["app"]["keys"])}
    return ask.send("GET", f"/v1/marketing/login/info?token={ask.world['login']['token']}", headers=headers)


FAULTS = (
    Fault(
        "a-login-secret-is-right-by-its-beginning",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "The first sixteen characters of the api_secret are enough for login/info.",
        (_PAIR, _SECRET),
        lambda ask: _info(ask, api_secret=ask.world["app"]["secret"][:-1]),
        before=spoil.secret_by(spoil.begins),
        expects="breach",
    ),
    Fault(
        "a-login-secret-is-compared-without-case",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "The api_secret of login/info may be written in capitals.",
        (_PAIR, _SECRET),
        lambda ask: _info(ask, api_secret=ask.world["app"]["secret"].upper()),
        before=spoil.secret_by(spoil.in_capitals),
        expects="breach",
    ),
    Fault(
        "a-login-secret-may-have-more-behind-it",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "What stands behind the right api_secret is not compared.",
        (_PAIR, _SECRET),
        lambda ask: _info(ask, api_secret=ask.world["app"]["secret"] + "0"),
        before=spoil.secret_by(spoil.goes_on),
        expects="breach",
    ),
    Fault(
        "the-client-secret-reads-logins",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "The client secret, which a browser may know, is good as the api_secret of login/info.",
        (_SECRET, _KINDS),
        lambda ask: _info(ask, api_secret=ask.world["app"]["client_secret"]),
        before=spoil.secret_by(spoil.is_the_client_secret),
        expects="breach",
    ),
    Fault(
        "the-accounts-secret-reads-logins",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "The Account's secret is good as the api_secret of login/info.",
        (_SECRET, _KINDS),
        lambda ask: _info(ask, api_secret=ask.account["password"]),
        before=spoil.own_secret_when(spoil.is_the_accounts_secret),
        expects="breach",
    ),
    Fault(
        "an-empty-secret-goes-with-a-good-token",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "login/info answers to a good token with an empty api_secret, or without any.",
        (_SECRET, _PAIR),
        lambda ask: _info(ask, api_secret=""),
        before=spoil.own_secret_when(spoil.is_empty),
        expects="breach",
    ),
    Fault(
        "basic-keys-stand-in-for-the-login-secret",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "With a Login App's keys in the header login/info needs no api_secret.",
        (_SECRET, documented("2.2", "authenticated by the two parameters, not by HTTP Basic")),
        _with_basic_alone,
        before=spoil.own_secret_when(spoil.comes_as_basic),
        expects="breach",
    ),
    Fault(
        "a-user-token-passes-for-a-login-token",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "login/info takes the user_token, which never expires, in the place of a login token.",
        (_TOKEN, documented("3.2", "a login_token lives an hour, a user_token for ever")),
        lambda ask: _info(ask, token=ask.world["user"]["user_token"]),
        before=spoil.login_by(spoil.of_the_user_token),
        expects="breach",
    ),
    Fault(
        "a-connection-id-passes-for-a-login-token",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "login/info takes the connection_id, which stands in a cookie, in the place of a login token.",
        (_TOKEN, documented("3.2", "the login_token authenticates login/info")),
        lambda ask: _info(ask, token=ask.world["connection"]["id"]),
        before=spoil.login_by(spoil.of_the_connection),
        expects="breach",
    ),
    Fault(
        "a-login-token-may-have-more-behind-it",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "What stands behind a good login token is not compared.",
        (_TOKEN, _PAIR),
        lambda ask: _info(ask, token=ask.world["login"]["token"] + "0"),
        before=spoil.login_by(spoil.of_the_longer_token),
        expects="breach",
    ),
    Fault(
        "an-empty-login-token-is-the-last-one",
        SOCIALIDNOW,
        (INFO,),
        Kind.ACCESS,
        "With an empty token, or without any, login/info shows who logged in last.",
        (_TOKEN, _PAIR),
        lambda ask: _info(ask, token=""),
        before=spoil.login_by(spoil.of_the_last_login),
        expects="breach",
    ),
    Fault(
        "a-login-token-passes-for-a-connection-id",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.RELATION,
        "In the place of a connection_id a login token opens its connection.",
        (_BY_ID,),
        lambda ask: ask.connection(ask.world["login"]["token"]),
        before=spoil.open_by_login_token,
        expects="breach",
    ),
    Fault(
        "a-connection-is-found-by-its-beginning",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.RELATION,
        "The first sixteen characters of a connection_id are enough.",
        (_BY_ID,),
        lambda ask: ask.connection(ask.world["connection"]["id"][:-1]),
        before=spoil.find_by_its_beginning,
        expects="breach",
    ),
    Fault(
        "an-empty-password-opens-a-connection",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ACCESS,
        "The id of a Login App with an empty password opens its connections.",
        (_LOGIN_APP, _KINDS),
        lambda ask: _with_password(ask, ""),
        before=spoil.app_keys_when(spoil.password_is_empty),
        expects="breach",
    ),
    Fault(
        "another-apps-secret-opens-a-connection",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.TENANCY,
        "The id of a Login App with the secret of another opens the connections of the first.",
        (_LOGIN_APP, documented("1.2", "what is read under a Login App always belongs to that app")),
        lambda ask: _with_password(ask, ask.world["other_app"]["secret"]),
        before=spoil.app_keys_when(spoil.password_is_of_another_app),
        expects="breach",
    ),
    Fault(
        "a-connections-secret-is-compared-without-case",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ACCESS,
        "The secret of a Login App may be written in capitals to open a connection.",
        (_LOGIN_APP, _KINDS),
        lambda ask: _with_password(ask, ask.world["app"]["secret"].upper()),
        before=spoil.app_keys_when(spoil.password_in_capitals),
        expects="breach",
    ),
    Fault(
        "a-secret-in-the-query-opens-a-connection",
        SOCIALIDNOW,
        (CONNECTION,),
        Kind.ACCESS,
        "An api_secret in the address opens a connection without HTTP Basic.",
        (_LOGIN_APP, documented("1.2", "Login App authentication is HTTP Basic")),
        lambda ask: ask("GET", f"connections/{ask.world['connection']['id']}?api_secret={ask.world['app']['secret']}"),
        before=spoil.secret_in_the_query,
        expects="breach",
    ),
    Fault(
        "a-login-apps-keys-read-users",
        SOCIALIDNOW,
        (USER,),
        Kind.ACCESS,
        "The keys of any Login App open the users, for which the Account's are wanted.",
        (documented("4.2", "GET login/users/:user_id: Account authentication"), _KINDS),
        lambda ask: ask("GET", f"users/{ask.world['user']['id']}", ask.world["other_app"]["keys"]),
        before=spoil.any_app_is_the_account,
        expects="breach",
    ),
)
"""Faults of secrets, tokens and identifiers."""
