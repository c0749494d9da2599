"""Any sequence of storage and identity operations, against a model of a few lines."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from oneall_caller import Caller

FIELDS = ("externalid", "login", "password")
# Few values, so that they meet.
VALUE = st.sampled_from(["a", "b", "c"])
SENT = st.fixed_dictionaries({}, optional={name: VALUE | st.sampled_from([None, ""]) for name in FIELDS})


class Story(RuleBasedStateMachine):
    """``stored`` maps a user_token to what the user is known by; an externalid of ours that was generated is learnt."""

    users = Bundle("users")

    def __init__(self):
        super().__init__()
        self.call = Caller()
        self.stored = {}
        self.social = set()

    @initialize(target=users)
    def begin(self):
        for entry in self.call("GET", "/users.json").data["users"]["entries"]:
            if entry["user_token"] != self.call.world["social_user"]["user_token"]:
                self.call("DELETE", f"/users/{entry['user_token']}.json?confirm_deletion=true")
        social = self.call.world["social_user"]["user_token"]
        self.social = {social}
        return social

    def holder(self, name, value):
        return next((token for token, known in self.stored.items() if known[name] == value), None)

    def is_taken(self, sent, owner=None):
        holders = {self.holder(name, sent[name]) for name in ("externalid", "login") if sent.get(name)}
        return bool(holders - {None, owner})

    def learn(self, reply, known, sent, append=False):
        """What the model knows after a create or update; generated values are read from the answer."""
        user = reply.data["user"]
        kept = {name: value for name, value in sent.items() if value or not append}
        after = {**known, **{name: value or None for name, value in kept.items()}}
        if not after["externalid"]:
            after["externalid"] = str(user["externalid"])
            assert after["externalid"].startswith("10000")
        assert str(user["externalid"]) == after["externalid"]
        assert user.get("login") == after["login"]
        self.stored[user["user_token"]] = after
        return user["user_token"]

    @rule(target=users, sent=SENT)
    def create(self, sent):
        reply = self.call("POST", "/storage/users.json", {"request": {"user": sent}})
        if self.is_taken(sent):
            assert reply.status == 409
            return multiple()
        assert reply.status == 201
        return self.learn(reply, dict.fromkeys(FIELDS), sent)

    @rule(user=users, sent=SENT, mode=st.sampled_from(["replace", "append"]))
    def update(self, user, sent, mode):
        request = {"update_mode": mode, "user": sent}
        reply = self.call("PUT", f"/storage/users/{user}.json", {"request": request})
        if self.is_taken(sent, owner=user):
            assert reply.status == 409
            return
        known = self.stored.get(user)
        assert reply.status == (201 if known is None else 200)
        assert self.learn(reply, known or dict.fromkeys(FIELDS), sent, append=mode == "append") == user

    @rule(target=users, field=st.sampled_from(["externalid", "login"]), value=VALUE, sent=SENT)
    def synchronize(self, field, value, sent):
        request = {"synchronize": {"identifier": {"field": field, "value": value}, "user": sent}}
        reply = self.call("PUT", "/storage/users/user/synchronize.json", {"request": request})
        user = self.holder(field, value)
        if user is None:
            sent = {**sent, field: sent.get(field) or value}
        if self.is_taken(sent, owner=user):
            assert reply.status == 409
            return multiple()
        assert reply.status == (201 if user is None else 200)
        token = self.learn(reply, self.stored.get(user, dict.fromkeys(FIELDS)), sent)
        assert user in (None, token)
        return multiple() if user else token

    @rule(criteria=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUE)))
    def look_up(self, criteria):
        reply = self.call("POST", "/storage/users/user/lookup.json", {"request": {"user": criteria}})
        named = {name: value for name, value in criteria.items() if name != "password"}
        matches = [token for token, known in self.stored.items() if known.items() >= named.items()]
        if not named:
            assert reply.status == 400
        elif not matches:
            assert reply.status == 404
        elif "password" in criteria and self.stored[matches[0]]["password"] != criteria["password"]:
            assert reply.status == 401
        else:
            assert reply.status == 200
            assert reply.data["user"]["user_token"] == matches[0]

    @rule(old=users, new=users)
    def relink_the_storage_identity(self, old, new):
        if old not in self.stored:
            return
        identity = self.storage_identity(old)
        body = {"request": {"user": {"user_token": new}}}
        reply = self.call("PUT", f"/identities/{identity}/link.json", body)
        if new in self.stored and new != old:
            assert reply.status == 409
        else:
            assert reply.status == 200
            self.stored[new] = self.stored.pop(old)
            self.social.add(old)

    @rule(user=users)
    def delete_the_storage_identity(self, user):
        if user in self.stored:
            target = f"/identities/{self.storage_identity(user)}.json?confirm_deletion=true"
            assert self.call("DELETE", target).status == 200
            del self.stored[user]
            self.social.add(user)

    @rule(user=consumes(users))
    def delete(self, user):
        assert self.call("DELETE", f"/users/{user}.json?confirm_deletion=true").status == 200
        self.stored.pop(user, None)
        self.social.discard(user)

    def storage_identity(self, user):
        identities = self.call("GET", f"/users/{user}.json").data["user"]["identities"]
        return next(each["identity_token"] for each in identities if each["provider"] == "storage")

    @invariant()
    def the_lists_agree_with_the_model(self):
        if not self.stored and not self.social:
            return
        assert self.call.externalids() == {token: known["externalid"] for token, known in self.stored.items()}
        for token in self.stored.keys() | self.social:
            criteria = {"request": {"user": {"user_token": token}}}
            found = self.call("POST", "/storage/users/user/lookup.json", criteria)
            assert found.status == (200 if token in self.stored else 404)
        entries = self.call("GET", "/users.json").data["users"]["entries"]
        assert {entry["user_token"] for entry in entries} == self.stored.keys() | self.social


Story.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestStory = Story.TestCase
