"""Who lives in the demo province: staff with one account per role, trainees at every stage. All invented."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from tenants.roles.roles import Role

INITIAL_PASSWORD = "111111"  # noqa: S105 - the manual's; it opens nothing without the SMS code
PASSWORD = "zhuxue2026"  # noqa: S105 - of everybody in the demo who has signed in before
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
PORTAL = "association"


class Stage(StrEnum):
    """How far a trainee has come. The order is the order of the journey."""

    APPLIED = "applied"
    NEW = "new"
    WAITING_CLERK = "waiting_clerk"
    STUDYING = "studying"
    READY_FOR_EXAM = "ready_for_exam"
    WAITING_REVIEW = "waiting_review"
    CLEARED = "cleared"
    APPROVED = "approved"
    CERTIFIED = "certified"
    RENEWED = "renewed"


@dataclass(frozen=True)
class Staff:
    tenant: str
    role: Role
    name: str
    number: int  # makes ID number and phone

    @property
    def id_number(self) -> str:
        born = f"198{self.number % 10}0{1 + self.number % 9}18"
        return id_number(self.number, "440103", born, female=bool(self.number % 2))

    @property
    def phone(self) -> str:
        return phone(self.number)

    @property
    def factor_key(self) -> str:
        """The key of the staff member's authenticator app: made of a public word, so that /demo/ can be the phone."""
        digest = hashlib.sha1(f"zhuxue demo {self.number}".encode(), usedforsecurity=False).digest()
        return base64.b32encode(digest).decode()


@dataclass(frozen=True)
class Trainee:
    tenant: str
    stage: Stage
    name: str
    position: str
    number: int
    face: str  # file of site/demo/faces without its ending
    region: str = "440106"
    born: str = "19850312"
    part: float = 1.0  # of the plan's time, for those who study

    @property
    def is_female(self) -> bool:
        return self.face == "astronaut"

    @property
    def id_number(self) -> str:
        return id_number(self.number, self.region, self.born, female=self.is_female)

    @property
    def phone(self) -> str:
        return phone(self.number)

    @property
    def password(self) -> str:
        return INITIAL_PASSWORD if self.stage == Stage.NEW else PASSWORD


def id_number(number: int, region: str, born: str, *, female: bool) -> str:
    """A valid resident ID number: region, birthday, a sequence whose parity is the sex, check digit (GB 11643)."""
    sequence = (number * 2 + (0 if female else 1)) % 1000
    body = f"{region}{born}{sequence:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def phone(number: int) -> str:
    return f"1380000{number:04d}"


STAFF = (
    Staff(PORTAL, Role.SUPERADMIN, "梁启明", 1),
    Staff(PORTAL, Role.HOURS_REVIEWER, "黎若棠", 2),
    Staff(PORTAL, Role.QUESTION_EDITOR, "冼砚舟", 3),
    Staff(PORTAL, Role.CERTIFICATE_CLERK, "麦书衡", 4),
    Staff(PORTAL, Role.AUDITOR, "邝知远", 5),
    Staff("lingzhu", Role.MANAGER, "何秀英", 11),
    Staff("lingzhu", Role.EDITOR, "区伟雄", 12),
    Staff("lingzhu", Role.REGISTRAR, "苏婉仪", 13),
    Staff("lingzhu", Role.VIEWER, "霍建国", 14),
    Staff("jiangxin", Role.MANAGER, "潘向东", 21),
    Staff("jiangxin", Role.EDITOR, "余晓琳", 22),
    Staff("jiangxin", Role.REGISTRAR, "谭家辉", 23),
    Staff("jiangxin", Role.VIEWER, "叶思远", 24),
    Staff("wanliang", Role.MANAGER, "钟国栋", 31),
    Staff("wanliang", Role.EDITOR, "简雅文", 32),
    Staff("wanliang", Role.REGISTRAR, "温志明", 33),
    Staff("wanliang", Role.VIEWER, "曾海燕", 34),
)

TRAINEES = (
    Trainee("lingzhu", Stage.APPLIED, "谢佩珊", "113", 113, "astronaut", "440106", "19910508"),
    Trainee("lingzhu", Stage.NEW, "陈志强", "113", 101, "obama", born="19860817"),
    Trainee("lingzhu", Stage.NEW, "林浩然", "101", 102, "biden", "440305", "19790204"),
    Trainee("lingzhu", Stage.WAITING_CLERK, "黄文博", "111", 103, "obama", "440604", "19880923"),
    Trainee("lingzhu", Stage.STUDYING, "周建明", "101", 104, "biden", "440103", "19771116", part=0.46),
    Trainee("lingzhu", Stage.STUDYING, "罗淑贞", "114", 105, "astronaut", "440104", "19830529", part=0.78),
    Trainee("lingzhu", Stage.READY_FOR_EXAM, "吴国梁", "113", 106, "obama", "441302", "19840706"),
    Trainee("lingzhu", Stage.WAITING_REVIEW, "郑小梅", "113", 107, "astronaut", "440402", "19901203"),
    Trainee("lingzhu", Stage.WAITING_REVIEW, "冯永康", "106", 108, "biden", "440111", "19760418"),
    Trainee("lingzhu", Stage.CLEARED, "邓志远", "113", 109, "obama", "440606", "19870221"),
    Trainee("lingzhu", Stage.APPROVED, "蔡俊豪", "113", 110, "obama", "440507", "19820930"),
    Trainee("lingzhu", Stage.CERTIFIED, "许丽华", "115", 111, "astronaut", "440105", "19850615"),
    Trainee("lingzhu", Stage.RENEWED, "曹德胜", "101", 112, "biden", "440804", "19741027"),
    Trainee("jiangxin", Stage.NEW, "彭家乐", "104", 201, "obama", "440112", "19890111"),
    Trainee("jiangxin", Stage.STUDYING, "杜美玲", "102", 202, "astronaut", "440113", "19860402", part=0.31),
    Trainee("jiangxin", Stage.WAITING_REVIEW, "程志勇", "107", 203, "biden", "440703", "19780808"),
    Trainee("jiangxin", Stage.CERTIFIED, "龙少锋", "112", 204, "obama", "440902", "19810319"),
    Trainee("wanliang", Stage.NEW, "萧伟杰", "103", 301, "biden", "441900", "19800625"),
    Trainee("wanliang", Stage.STUDYING, "戴晓雯", "115", 302, "astronaut", "440303", "19920214", part=0.6),
    Trainee("wanliang", Stage.READY_FOR_EXAM, "方振华", "108", 303, "obama", "442000", "19830907"),
    Trainee("wanliang", Stage.WAITING_REVIEW, "石国辉", "109", 304, "biden", "440114", "19751222"),
)
