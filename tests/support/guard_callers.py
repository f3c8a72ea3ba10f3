"""Everybody who may try something at an institution or at the portal, each with rows of their own and of others."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client

from tests.support import guard_world, people
from tests.support.guard_walk import Able, Caller, Reached

INSTITUTION, PORTAL = settings.ROOT_URLCONF, settings.PORTAL_URLCONF


class World:
    """The institutions, their rows, and a client for everybody who may try."""

    def __init__(self, here: Any, there: Any, association: Any) -> None:
        self.sides = guard_world.build([here, there, association])
        self.here, self.there = self.sides["lingzhu"], self.sides["jiangxin"]
        self.association = self.sides["association"]
        self.chief = people.make_user("协会总管", is_superuser=True)
        self.void = people.signed_in(self.there.people["manager"], there, second_factor=True)
        self.void.defaults["HTTP_HOST"] = here.host

        self._reached: dict[str, Reached] = {}

    def reached(self, urlconf: str) -> Reached:
        """By the manager and a trainee at their institution, by the superadmin and a trainee at the portal."""
        if urlconf not in self._reached:
            here = urlconf == INSTITUTION
            where = (self.here if here else self.association).institution
            boss = self.here.people["manager"] if here else self.association.people["superadmin"]
            uuids, keys = self.here.uuids(), self.here.keys()
            if not here:
                keys |= {"roles.GroupMembership": self.association.keys()["roles.GroupMembership"]}
                keys, uuids = keys | guard_world.library_keys(), uuids | guard_world.library_uuids()
            able = [Able(Caller("boss", self.client(boss, where)), uuids, keys)]
            for stage in ("certified", "examined", "reviewed"):
                person = self.here.people[stage]
                mine = guard_world.only(self.here, person)
                able.append(Able(Caller(stage, self.client(person, where)), mine.uuids(), mine.keys()))
            self._reached[urlconf] = Reached(able, "console:" if here else "desk:")
        return self._reached[urlconf]

    def client(self, who: Any, institution: Any, *, second_factor: bool = True) -> Client:
        return people.signed_in(who, institution, second_factor=second_factor)

    def at_the_institution(self, name: str) -> Caller:
        here = self.here.institution
        if name == "anonymous":
            return self.caller(name, Client(headers={"host": here.host}))
        if name == "guest":
            return self.caller(
                name, self.client(self.there.people["reviewed"], here), but=self.there.people["reviewed"]
            )
        if name == "chief":
            return self.caller(name, self.client(self.chief, here))
        if name == "void":
            return self.caller(name, self.void)
        if name == "trainee":
            return self.neighbour(self.here.people["reviewed"], here)
        return self.caller(name, self.client(self.here.people[name], here))

    def at_the_portal(self, name: str) -> Caller:
        portal = self.association.institution
        if name == "anonymous":
            return self.neighbour(None, portal)
        if name == "trainee":
            return self.neighbour(self.here.people["reviewed"], portal)
        if name == "chief_without_factor":
            return self.neighbour(self.chief, portal, second_factor=False)
        return self.neighbour(self.here.people["manager"], portal)

    def caller(self, name: str, client: Client, *, but: Any = None) -> Caller:
        """Somebody for whom everything of the other institution is foreign."""
        side = guard_world.without(self.there, but) if but is not None else self.there
        return Caller(name, client, side.uuids(), side.keys(), frozenset(side.marks()))

    def neighbour(self, person: Any, where: Any, *, second_factor: bool = True) -> Caller:
        """Somebody for whom the rows of all other people are foreign, at both institutions."""
        client = (
            self.client(person, where, second_factor=second_factor) if person else Client(headers={"host": where.host})
        )
        sides = [guard_world.without(side, person) for side in (self.there, self.here)]
        uuids = {f"{side.institution.schema_name} {k}": v for side in sides for k, v in side.uuids().items()}
        keys = {f"{side.institution.schema_name} {k}": v for side in sides for k, v in side.keys().items()}
        return Caller(
            person.name if person else "anonymous",
            client,
            uuids,
            keys,
            frozenset(sides[0].marks() | sides[1].numbers()),
        )
