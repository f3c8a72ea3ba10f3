"""What there is to see and try: for the terminal (`text`) and for the page /demo/ (`sections`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.timezone import now

from demo import cast
from demo.cast import Stage, Trainee
from demo.courses import POSITIONS
from demo.province import contents
from tenants.accounts.factors import DRIFT_STEPS, code_at, step_at
from tenants.accounts.models import Authenticator
from tenants.crypto import blind_index

STAGES = {
    Stage.APPLIED: ("已在网上报名，等待机构确认", "applied online, waits for the institution"),
    Stage.NEW: ("新学员，还没有登录过", "new: never signed in; begins with 111111 and an SMS code"),
    Stage.WAITING_CLERK: ("资料已交，等待教务确认", "profile complete, waiting for the clerk"),
    Stage.STUDYING: ("正在学习", "studying"),
    Stage.READY_FOR_EXAM: ("学时已学满，可以考核", "all hours complete, the exam is open"),
    Stage.WAITING_REVIEW: ("考核已合格，等待学时审核", "exam passed, hours waiting for review"),
    Stage.CLEARED: ("学时被清除，需重新学习", "hours cleared, has to study again"),
    Stage.APPROVED: ("审核、考核都通过，可打印学时证明", "both passed: print the hours certificate"),
    Stage.CERTIFIED: ("学时已计入，可办理证书更新", "hours recorded: renew the certificate on the portal"),
    Stage.RENEWED: ("已换发职业培训合格证", "renewed: holds the qualification certificate"),
}
TRY = (
    ("新学员用身份证号和 111111 登录，验证码在 {portal}/demo/ 查看；设置新密码，完善资料，同意人脸识别，上传照片。",
     "Sign in as a new trainee (ID number, 111111; the SMS code is on {portal}/demo/), complete the profile."),
    ("教务在机构后台确认资料；学员回到“我的培训”，拍照识别后开始学习，约 2 分钟学满 32 学时。",
     "The registrar confirms the profile in the institution's admin; then study: 32 hours take about 2 minutes."),
    ("员工登录后台还要输入动态码：{portal}/demo/ 的员工列表代替他们的手机，30 秒一换。",
     "Staff also type an authenticator code: the staff lists of {portal}/demo/ stand for their phones."),
    ("学满后参加在线考核；审核员在协会后台查看抓拍并通过审核。",
     "Take the exam; the reviewer approves the hours in the association's console, looking at the snapshots."),
    ("打印学时证明；在协会系统的“证书管理”办理证书更新，扫二维码查验电子证。",
     "Print the hours certificate; renew on the portal under 证书管理; scan the QR code to verify."),
)  # fmt: skip


@dataclass(frozen=True)
class Account:
    """A line of the list: what it is for, who, and how to sign in."""

    what: str
    name: str
    id_number: str
    password: str
    position: str = ""
    stage: str = ""
    code: str = ""  # of the authenticator app, at this moment


@dataclass(frozen=True)
class Section:
    """One host with its accounts."""

    key: str
    name: str
    address: str
    staff: list[Account]
    trainees: list[Account]


def address_of(key: str) -> str:
    """The address of a tenant, with the port of the portal's."""
    portal = urlsplit(settings.PORTAL_URL)
    if key == cast.PORTAL:
        return settings.PORTAL_URL
    port = f":{portal.port}" if portal.port else ""
    return f"{portal.scheme}://{key}.{portal.hostname}{port}"


def sections() -> list[Section]:
    """The association and the institutions, in the interface's language."""
    names = {cast.PORTAL: contents()["association"]["name"]}
    codes = codes_of_apps(now())
    names |= {about["subdomain"]: about["name"] for about in contents()["institutions"]}
    return [
        Section(
            key, name, address_of(key),
            [_of_staff(one, codes) for one in cast.STAFF if one.tenant == key],
            [_of_trainee(one) for one in cast.TRAINEES if one.tenant == key],
        )
        for key, name in names.items()
    ]  # fmt: skip


def _of_staff(one: cast.Staff, codes: dict[str, str]) -> Account:
    return Account(str(one.role.label), one.name, one.id_number, cast.PASSWORD, code=codes[one.id_number])


def codes_of_apps(at: datetime) -> dict[str, str]:
    """ID number → the next code of the app that would be taken; empty while a used one has to run out."""
    used = dict(Authenticator.objects.values_list("user__id_number_index", "last_step"))
    last = {one: used.get(blind_index("id_number", one.id_number), -1) for one in cast.STAFF}
    return {one.id_number: _next_code(one, step, at) for one, step in last.items()}


def _next_code(one: cast.Staff, last_step: int, at: datetime) -> str:
    """A used code is skipped, as far ahead as the clock may be off."""
    ahead = max(0, last_step + 1 - step_at(at))
    return code_at(one.factor_key, at, steps=ahead) if ahead <= DRIFT_STEPS else ""


def _of_trainee(one: Trainee) -> Account:
    chinese = (translation.get_language() or "zh").startswith("zh")
    words = STAGES[one.stage][0 if chinese else 1]
    return Account(words, one.name, one.id_number, one.password, POSITIONS[one.position], one.stage.value)


def text() -> str:
    """The guide for the terminal, Chinese first, English beside."""
    portal = settings.PORTAL_URL
    lines = [f"演示省已就绪 · The demo province is ready:  {portal}   账号与短信 accounts and SMS: {portal}/demo/", ""]
    with translation.override("zh-hans"):
        for section in sections():
            lines += [f"■ {section.name}  {section.address}   后台 admin: {section.address}/admin/"]
            lines += [f"    {a.id_number}  {a.password:<11} {a.name}  {a.what}" for a in section.staff]
            lines += [f"    {a.id_number}  {a.password:<11} {a.name}  {a.position}：{a.what}" for a in section.trainees]
    lines += ["", "试一试 · What to try"]
    for number, (chinese, english) in enumerate(TRY, 1):
        lines += [f"  {number} {chinese.format(portal=portal)}", f"    {english.format(portal=portal)}"]
    return "\n".join(lines) + "\n"
