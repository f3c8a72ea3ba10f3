"""The texts we send. The manual's are word for word (DOMAIN, Messages); our own are marked so.

Gateways want each text reviewed, with named variables: `manage.py sms_templates` lists what is to be handed in.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """`text` has named variables in braces; SMS are Chinese whatever the interface's language."""

    text: str
    holds_code: bool = False
    of_the_manual: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, in the order in which they first stand."""
        return tuple(dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(self.text) if name))


def _code(purpose: str) -> Template:
    return Template(
        purpose + "验证码{code}，{minutes}分钟内有效。工作人员不会向您索要验证码，请勿转发。", holds_code=True
    )


TEMPLATES = {
    # The manual's.
    "hours_complete": Template(
        "尊敬的学员，您已完成本年度继续教育学时，经审核通过后计入有效学时，审核时间大约需要几个工作日，请您耐心等待，学时审核通过后可登录管理系统完成换证。",
        of_the_manual=True,
    ),
    "hours_approved": Template("尊敬的学员，恭喜您的继续教育学时已通过审核。", of_the_manual=True),
    "hours_cleared": Template(
        "尊敬的{name}学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的{position}岗位{year}年度学时将被清除，请重新学习。",
        of_the_manual=True,
    ),
    # Our own.
    "hours_partly_cleared": Template(
        "尊敬的{name}学员您好，您的{position}岗位{year}年度部分学时经审核未予计入，请登录后补学未计入的课程，已计入的学时和考核成绩不受影响。"
    ),
    # One a purpose: who reads it knows what the code is for, and a code asked for under a pretext gives itself away.
    "code_first": _code("您正在首次登录并设置密码，"),
    "code_sign_in": _code("您正在登录，"),
    "code_password": _code("您正在设置新的登录密码，"),
    "code_register": _code("您正在注册账号，"),
    "code_old_phone": _code("您正在更换手机号，本条用于验证原手机号，"),
    "code_new_phone": _code("您正在将本手机号绑定到您的账号，"),
    "code_apply": _code("您正在提交培训机构入驻申请，"),
    "code_data": _code("您正在导出个人信息或注销账号，"),
    "data_request_done": Template(
        "您提出的{what}申请已办理，登录后可在“我的个人信息”查看结果。如非本人申请，请立即修改密码。"
    ),
    "data_request_refused": Template("您提出的{what}申请未能办理，原因请登录后在“我的个人信息”查看。"),
    "data_export_ready": Template(
        "您申请的个人信息副本已准备好，请在{hours}小时内登录“我的个人信息”下载。如非本人申请，请立即修改密码。"
    ),
    "account_closing": Template(
        "您已申请注销账号，将于{day}生效。此前登录一次即撤销注销。如非本人申请，请立即登录并修改密码。"
    ),
    "account_closed": Template("您的账号已注销，人脸信息已删除，手机号已解绑。感谢您的使用。"),
    "account_exists": Template(
        "有人使用您的证件号码申请注册账号，未予办理，您的账号未受影响。如果是您本人，请直接登录，忘记密码可在登录页找回。"
    ),
    "password_reset": Template(
        "{institution}已将您账号的登录密码恢复为初始密码，首次登录仍需本手机的验证码并设置新密码。如非您本人要求，请致电{institution}。"
    ),
    # Of a class, to those whom its institution reminds.
    "remind_start": Template(
        "{name}您好，您在{institution}报名的{position}继续教育尚未开始学习，学习截止{day}，请尽快登录学习。咨询电话{phone}。"
    ),
    "remind_behind": Template(
        "{name}您好，您在{institution}的{position}继续教育进度落后，学习截止{day}，请抓紧学习。咨询电话{phone}。"
    ),
    "remind_exam": Template(
        "{name}您好，您在{institution}的{position}继续教育学时已完成，在线考核已开放，班级截止{day}，请登录参加。咨询电话{phone}。"
    ),
    # Of institutions: to the first manager, to managers, to whoever applied.
    "institution_opened": Template(
        "{name}您好，{institution}的培训网站{host}已开通，您是管理员。请打开该网址用身份证号登录；账号从未登录过的，初始密码为{password}，登录后凭短信验证码设置新密码。"
    ),
    "institution_suspended": Template(
        "{institution}自{date}起暂停培训，网站已显示暂停公告，不能报名、学习和考核，后台只能查看。原因请登录机构后台查看或致电协会{phone}。"
    ),
    "institution_resumed": Template("{institution}自{date}起恢复培训，网站和后台已可正常使用。"),
    "institution_closed": Template(
        "{institution}自{date}起终止培训，网站已关闭。学员的学时、成绩和证书保留在管理系统。咨询请致电协会{phone}。"
    ),
    "application_received": Template(
        "{institution}的入驻申请已收到，协会审核后将短信通知结果。可凭本手机号在管理系统的机构入驻页面查询进度。"
    ),
    "application_declined": Template(
        "{institution}的入驻申请未予通过，原因可凭本手机号在管理系统的机构入驻页面查询，修改后可以重新提交。"
    ),
    # To staff.
    "staff_invited": Template(
        "{name}您好，{institution}邀请您担任{role}。请打开{host}用身份证号登录，初始密码为{password}，登录后凭短信验证码设置新密码，并绑定手机验证器。"
    ),
    "second_factor_reset": Template(
        "{name}您好，您的两步验证已由省建设教育协会重置，所有登录已退出，下次登录后台时请重新绑定手机验证器。如非您申请，请立即联系协会。"
    ),
    "phone_changed": Template(
        "您的账号绑定的手机号已更换为尾号{tail}的号码，其他设备上的登录已全部退出。如非本人操作，请立即联系建设教育协会。"
    ),
    "phone_bound": Template(
        "本手机号已由建设教育协会登记为您的账号手机号，今后的验证码发到这里。如非本人申请，请立即联系协会。"
    ),
}


def rendered(name: str, params: Mapping[str, object]) -> str:
    """The text of a template with its variables filled in. Raises KeyError for an unknown name or variable."""
    return TEMPLATES[name].text.format(**params)


def variables_of(name: str, text: str) -> dict[str, str]:
    """Read the named variables back out of a rendered text (only the encrypted text is stored)."""
    values, rest = {}, text
    parts = list(string.Formatter().parse(TEMPLATES[name].text))
    for index, (literal, variable, _spec, _conversion) in enumerate(parts):
        rest = rest[len(literal) :]
        if variable:
            following = parts[index + 1][0] if index + 1 < len(parts) else ""
            value, _found, _after = rest.partition(following) if following else (rest, "", "")
            values[variable], rest = value, rest[len(value) :]
    return values
