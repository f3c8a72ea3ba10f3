"""What a new institution's site says until its editors say more. Chinese: it is content, not interface."""

from datetime import datetime

from django.utils.timezone import localdate

from cms.home import Offer, offer
from cms.seeding import CourseContent, NoticeContent, SiteContent
from learning.models import Plan
from tenants.models import Institution


def first_words(institution: Institution, *, at: datetime) -> SiteContent:
    """Home page, a first notice, questions and a page about the institution, with the rules in force filled in."""
    rules = offer(at=at)
    return SiteContent(
        hero_title=institution.slogan or "施工现场专业人员\n继续教育",
        hero_lead=(
            f"{institution.name}面向本省施工现场专业人员开展继续教育：每年度 {rules.hours} 学时，"
            "在线学习、在线考核，合格后可打印学时证明、办理证书更新。"
        ),
        directions=institution.address,
        bring="本人身份证、岗位证书原件",
        courses=courses_of(institution, rules),
        courses_intro=COURSES_INTRO,
        notices=[_welcome(institution, rules, at)],
        faq=_questions(institution, rules),
        pages=[("机构介绍", "about", _about(institution))],
    )


COURSES_INTRO = "选择您的岗位，查看学习内容、开班时间和收费标准，可在线提交报名申请。"


def courses_of(institution: Institution, rules: Offer) -> list[CourseContent]:
    """A page for each approved position that the newest year with published plans has one for."""
    plans = Plan.objects.filter(published_at__isnull=False)
    if institution.position_codes:
        plans = plans.filter(position__code__in=institution.position_codes)
    found = plans.order_by("position__code").values_list("position__code", "position__name", "year").distinct()
    newest = max((year for _code, _name, year in found), default=0)
    return [course_of(code, name, year, rules) for code, name, year in found if year == newest]


def course_of(code: str, name: str, year: int, rules: Offer) -> CourseContent:
    """The first words about one position and year."""
    intro = (
        f"面向持有{name}岗位证书的人员，完成 {year} 年度继续教育。\n"
        f"全程在线学习，每学时 {rules.hour}，学习时需要带摄像头的电脑。学满后参加在线考核，"
        f"{rules.pass_points} 分合格，不合格可以再考。"
    )
    return CourseContent(code, year, f"{name} {year} 年度继续教育", intro)


def _welcome(institution: Institution, rules: Offer, at: datetime) -> NoticeContent:
    body = (
        f"{institution.name}的培训网站今天开通。\n"
        f"持 {rules.first_issue_year}–{rules.last_issue_year} 年岗位证书的人员可以报名参加继续教育，"
        "报名时请带本人身份证和岗位证书原件。\n"
        "收费项目和标准以本站公示为准。"
    )
    return NoticeContent(f"{institution.short_name}培训网站开通", body, localdate(at), True)


def _questions(institution: Institution, rules: Offer) -> list[tuple[str, str]]:
    return [
        (
            "怎样报名？",
            "先注册或登录，在“培训课程”里选择岗位，按提示提交报名申请；也可以带本人身份证和岗位证书原件到机构办理。"
            "机构核对证件后确认报名。",
        ),
        (
            "怎样登录？",
            "账号是身份证号。第一次登录用初始密码，凭发到本人手机的短信验证码设置自己的密码；此后也可以用手机号登录。",
        ),
        (
            "为什么学习要开摄像头？",
            "用来确认是您本人在学习，只拍画面，不录声音。不同意使用人脸信息的，可以到机构机房由工作人员当面核验后学习。",
        ),
        (
            "学多久，怎样算学时？",
            f"每年度 {rules.hours} 学时，每学时 {rules.hour}。以服务器记录的观看时间为准，学习时不能拖动进度。",
        ),
        ("考不过怎么办？", f"满分 100 分，{rules.pass_points} 分合格。不合格可以再考，不影响已经学完的学时。"),
        ("有问题找谁？", f"请致电 {institution.phone}。" if institution.phone else "请到机构咨询。"),
    ]


def _about(institution: Institution) -> str:
    lines = [f"{institution.name}是经省建设教育协会核准的施工现场专业人员继续教育培训机构。"]
    if institution.address:
        lines.append(f"地址：{institution.address}")
    if institution.phone:
        lines.append(f"电话：{institution.phone}")
    return "\n".join(lines)
