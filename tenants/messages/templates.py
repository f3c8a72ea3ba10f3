"""The texts we send. The manual's are word for word (DOMAIN, Messages); our own are marked so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """`text` has named variables in braces; SMS are Chinese whatever the interface's language."""

    text: str
    holds_code: bool = False


TEMPLATES = {
    # The manual's.
    "hours_complete": Template(
        "尊敬的学员，您已完成本年度继续教育学时，经审核通过后计入有效学时，审核时间大约需要几个工作日，请您耐心等待，学时审核通过后可登录管理系统完成换证。"
    ),
    "hours_approved": Template("尊敬的学员，恭喜您的继续教育学时已通过审核。"),
    "hours_cleared": Template(
        "尊敬的{name}学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的{position}岗位{year}年度学时将被清除，请重新学习。"
    ),
    # Our own.
    "hours_partly_cleared": Template(
        "尊敬的{name}学员您好，您的{position}岗位{year}年度部分学时经审核未予计入，请登录后补学未计入的课程，已计入的学时和考核成绩不受影响。"
    ),
    "code": Template(
        "您的验证码是{code}，{minutes}分钟内有效。工作人员不会向您索要验证码，请勿转发。", holds_code=True
    ),
}


def rendered(name: str, params: dict[str, object]) -> str:
    """The text of a template with its variables filled in. Raises KeyError for an unknown name or variable."""
    return TEMPLATES[name].text.format(**params)
