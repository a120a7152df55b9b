"""A client that works until dewd is killed, and a ledger of what it was promised.

A request is written down before it is sent. If it is answered, its Action must be there after every kill and
must complete. If dewd dies first the request is in doubt: once dewd is back it has an Action, which must
complete as well, or it has none and must have changed nothing. So the ledger always knows exactly what must
be there.
"""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dew.client import Action, ApiError, Client, Unreachable
from dew.reconcile.guests import ACCIDENTS_FORGIVEN
from tests.crash import wishes
from tests.crash.asked import MOST_SNAPSHOTS, Asked, Held, Taken
from tests.guest.dewd import SIZE, Dewd, Guest

MOST_DROPLETS = 4
MOST_ACTIONS = 200  # that the API lists at once
LONGEST_PAUSE_SECONDS = 0.3  # between two requests
CANCELLED = "It was cancelled."  # by destroying its Droplet: the one way to end without effect
MOST_ACCIDENTS = ACCIDENTS_FORGIVEN  # before it is switched on again: after more it is left off, as promised
FORGIVING = ("power_on", "power_cycle", "restore")  # with these somebody wants it to be on


def by_action(client: Client, droplet: int, name: str) -> object:
    return client.act(droplet, "snapshot", name=name)


@dataclass
class Ledger:
    """What must be there, and what is under way."""

    random: Random
    key: int  # that opens every Droplet
    concluded: dict[int, str]  # how each Action ended, by id
    droplets: dict[int, Held] = field(default_factory=dict)
    snapshots: dict[int, Taken] = field(default_factory=dict)
    brought: dict[int, str] = field(default_factory=dict)  # names of Images that came from elsewhere
    exported: set[int] = field(default_factory=set)  # Snapshots
    asked: list[Asked] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)  # that a type of Action was asked for
    numbers: int = 0
    steady: int = 0  # the Droplet with the journal: it stays, and stays on
    written: Callable[[], int] = lambda: 0  # the number that its journal has reached
    victims: set[int] = field(default_factory=set)  # whose guest or network is about to be killed
    accidents: Counter[int] = field(default_factory=Counter)  # of each Droplet's guest
    deaths: Counter[int] = field(default_factory=Counter)  # the same, and never forgiven

    # The client

    def work(self, client: Client, first: Asked | None = None) -> None:
        """Ask for one thing after another until nobody answers any more."""
        with suppress(Unreachable):
            while True:
                wish = first or self._next()
                first = None
                if wish is not None:
                    self.ask(client, wish)
                time.sleep(self.random.uniform(0, LONGEST_PAUSE_SECONDS))
                self.look(client)

    def ask(self, client: Client, wish: Asked) -> None:
        """Write a request down, then send it."""
        self.asked.append(wish)
        self.times[wish.plan or f"{wish.type} {wish.resource_type}"] += 1
        print(f"{time.monotonic():.2f} {wish}", flush=True)
        try:
            wish.send(client)
        except ApiError as refused:
            # Its guest was killed a moment ago: it is off until it is started again.
            if not wish.may_fail or refused.status != 422:
                raise
            self.asked.remove(wish)
        wish.answered = True

    def look(self, client: Client) -> None:
        """Write down what has become of the requests. One in doubt has an Action by now or never will."""
        actions = {action.id: action for action in client.actions(limit=MOST_ACTIONS)}
        for asked in list(self.asked):
            action = self._action_of(asked, actions)
            if action is None:
                assert not asked.answered, f"it was acknowledged and is lost: {asked}"
                self.asked.remove(asked)
                continue
            asked.answered = True
            if not action.open:
                self._conclude(client, asked, action)
        for number, status in self.concluded.items():
            assert number < min(actions) or actions[number].status == status, "history was changed"
        assert len(actions.keys() - self.concluded.keys()) == len(self.asked), "nobody asked for an Action"

    def _action_of(self, asked: Asked, actions: dict[int, Action]) -> Action | None:
        new = [action for action in actions.values() if action.id not in self.concluded]
        found = [action for action in new if asked.became(action)]
        assert len(found) <= 1, f"asked once, done twice: {found}"
        return found[0] if found else None

    def _conclude(self, client: Client, asked: Asked, action: Action) -> None:
        ended_well = action.status == "completed" or action.error == CANCELLED
        assert ended_well or asked.may_fail, f"{asked} failed: {action}"
        if action.status == "completed":
            asked.effect(client, action)
        if action.type in FORGIVING and asked.resource is not None:
            self.accidents.pop(asked.resource, None)
        self.concluded[action.id] = action.status
        self.asked.remove(asked)

    def mark(self, dewd: Dewd) -> int | None:
        """Let a Droplet sync a new mark to its disk and confirm it; return which, None if all are off."""
        running = [droplet for droplet in self.free_droplets() if self.droplets[droplet].power == "on"]
        if not running:
            return None
        droplet, mark = self.random.choice(running), self.name("mark")
        Guest(dewd, droplet).ssh(f"echo {mark} > /root/mark && sync")
        self.droplets[droplet].mark = mark
        return droplet

    def choose_victim(self, program: str) -> int:
        """Return a Droplet whose guest can be killed and no Action fails for it, 0 if there is none."""
        idle = [*({self.steady} - self.victims), *self.free_droplets()]
        on = [each for each in idle if self.droplets[each].power == "on"]
        spared = {each for each in on if program == "qemu" and self.accidents[each] >= MOST_ACCIDENTS}
        victim: int = self.any([each for each in on if each not in spared]) or 0
        self.victims |= {victim} - {0}
        return victim

    # What to ask for next: of what is possible, what was asked for least.

    def _next(self) -> Asked | None:
        plans = {
            "create droplet": self._create,
            "snapshot droplet": self._snapshot,
            "restore droplet": self._restore,
            "power_cycle droplet": lambda: self._power("power_cycle", "on", "on"),
            "power_off droplet": lambda: self._power("power_off", "on", "off"),
            "power_on droplet": lambda: self._power("power_on", "off", "on"),
            "rename droplet": self._rename,
            "destroy droplet": self._destroy,
            "destroy image": self._delete_snapshot,
            **wishes.plans(self),
        }
        by_need = sorted(plans, key=lambda type_: (self.times[type_], self.random.random()))
        return next((wish for type_ in by_need if (wish := plans[type_]())), None)

    def _create(self) -> Asked | None:
        if len(self.droplets) >= MOST_DROPLETS or any(asked.type == "create" for asked in self.asked):
            return None
        source, taken = self.any(self.whole_snapshots()) or ("dew-micro", None)
        name, size = self.name("droplet"), taken.size if taken else SIZE
        wanted = {"name": name, "size": size, "image": source, "ssh_keys": [self.key]}
        held = Held(name, "on", taken.mark if taken else "", size)

        def effect(_: Client, action: Action) -> None:
            assert action.resource_id is not None
            self.droplets[action.resource_id] = held

        return Asked("create", None, lambda client: client.create_droplet(wanted), effect)

    def _snapshot(self) -> Asked | None:
        also = {self.steady, *self.victims} & (self.droplets.keys() - self.busy_droplets())
        of_steady = sum(taken.droplet == self.steady for taken in self.snapshots.values())
        rest = sorted(also) if of_steady < MOST_SNAPSHOTS / 2 else []  # none of which can be restored
        droplet = self.any(self.free_droplets()) or self.any(rest)
        return self.snapshot_of(droplet) if droplet and len(self.snapshots) < MOST_SNAPSHOTS else None

    def snapshot_of(self, droplet: int, send: Callable[[Client, int, str], object] = by_action) -> Asked:
        """Return the request for a Snapshot, which is to hold the Droplet's mark as it is now."""
        written, held = self.written() if droplet == self.steady else 0, self.droplets[droplet]
        taken = Taken(self.name("snapshot"), droplet, held.mark, written, held.size)

        def effect(client: Client, _: Action) -> None:
            (found,) = (each.id for each in client.snapshots() if each.name == taken.name)
            self.snapshots[found] = taken

        return Asked("snapshot", droplet, lambda client: send(client, droplet, taken.name), effect)

    def _restore(self) -> Asked | None:
        free = self.free_droplets()
        chosen = self.any([each for each in self.whole_snapshots() if each[1].droplet in free])
        if chosen is None:
            return None
        image, taken = chosen
        return self.act("restore", taken.droplet, self.gets_disk(taken.mark), image=image)

    def _power(self, type_: str, before: str, after: str) -> Asked | None:
        droplet = self.any([each for each in self.free_droplets() if self.droplets[each].power == before])
        return droplet and self.act(type_, droplet, self.change(power=after))

    def _rename(self) -> Asked | None:
        droplet, name = self.any(self.free_droplets()), self.name("renamed")
        return droplet and self.act("rename", droplet, self.change(name=name), name=name)

    def _destroy(self) -> Asked | None:
        """Of any Droplet that is not being destroyed yet, whatever else is going on with it."""
        going = {asked.resource for asked in self.asked if str(asked).startswith("destroy droplet")}
        droplet = self.any([each for each in self.droplets if each not in (*going, self.steady)])
        if droplet is None or len(self.droplets) < MOST_DROPLETS:
            return None

        def effect(_: Client, action: Action) -> None:
            del self.droplets[droplet]

        return Asked("destroy", droplet, lambda client: client.delete_droplet(droplet), effect)

    def _delete_snapshot(self) -> Asked | None:
        chosen = self.any(self.whole_snapshots())
        if chosen is None or len(self.snapshots) < MOST_SNAPSHOTS // 2:
            return None
        image = chosen[0]

        def effect(_: Client, action: Action) -> None:
            del self.snapshots[image]
            self.exported.discard(image)

        return Asked("destroy", image, lambda client: client.delete_snapshot(image), effect, "image")

    def act(
        self, type_: str, droplet: int, effect: Callable[[Client, Action], None], **params: object
    ) -> Asked:
        return Asked(type_, droplet, lambda client: client.act(droplet, type_, **params), effect)

    def change(self, **values: str) -> Callable[[Client, Action], None]:
        def effect(_: Client, action: Action) -> None:
            for name, value in values.items():
                setattr(self.droplets[action.resource_id], name, value)

        return effect

    def gets_disk(self, mark: str) -> Callable[[Client, Action], None]:
        """Return the effect of another disk in place of the one that the Droplet has."""

        def effect(_: Client, action: Action) -> None:
            assert action.resource_id is not None
            held = self.droplets[action.resource_id]
            held.kept.append(held.mark)
            held.mark = mark

        return effect

    def free_droplets(self) -> list[int]:
        """Return the Droplets that anything may be asked of."""
        taken = self.busy_droplets() | {self.steady, *self.victims}
        return [each for each in self.droplets if each not in taken]

    def busy_droplets(self) -> set[int | None]:
        return {asked.resource for asked in self.asked if asked.resource_type == "droplet"}

    def whole_snapshots(self) -> list[tuple[int, Taken]]:
        going = {asked.resource for asked in self.asked if asked.resource_type == "image"}
        return [(image, taken) for image, taken in self.snapshots.items() if image not in going]

    def any(self, choices: Any) -> Any:
        return self.random.choice(choices) if choices else None

    def name(self, what: str) -> str:
        self.numbers += 1
        return f"{what}-{self.numbers}"
