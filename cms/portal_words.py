"""What a new association's portal says until its editors say more. Chinese: it is content, not interface.

Source: the trainee's manual (DOMAIN.md); numbers and dates are those of the ruleset in force at the opening.
"""

from datetime import date, datetime

from django.utils.timezone import localdate

from cms import portal_files
from cms.home import Offer, offer
from cms.seeding import DownloadsContent, FileContent, NoticeContent, SiteContent
from tenants.models import Institution

HERO = "施工现场专业人员培训信息管理系统"  # the manual's name of the system
LABEL = "继续教育 · 证书更新 · 联网查询"
SUBJECT = "施工现场专业人员继续教育"
GUIDE_TITLE = "学员操作流程"


def portal_words(association: Institution, *, at: datetime) -> SiteContent:
    """Home page, a first notice, guides, questions and downloads, with the rules in force filled in."""
    rules = offer(at=at)
    guide = guide_of(rules, localdate(at))
    return SiteContent(
        hero_title=HERO,
        hero_lead=f"{association.name}负责公布继续教育培训机构名单、审核学时、发放电子合格证，并提供证书联网查询。",
        label=LABEL,
        notices=[_welcome(association, rules, at)],
        pages=[(GUIDE_TITLE, "guide", guide), ("培训机构办事指引", "institution-guide", FOR_INSTITUTIONS)],
        faq=_questions(association, rules, localdate(at)),
        downloads=DownloadsContent(
            intro="下面的表格和指引由协会发布，可以直接下载使用。",
            files=[
                FileContent(
                    f"{GUIDE_TITLE}（打印版）", "student-guide.pdf",
                    portal_files.guide_pdf(guide, title=f"{SUBJECT}{GUIDE_TITLE}", author=association.name),
                    "从报名到换证的六个步骤",
                ),
                FileContent(
                    "企业团体报名汇总表", "group-enrolment.xlsx", portal_files.group_sheet(),
                    "企业统一报名用，盖章后交机构",
                ),
            ],
        ),
    )  # fmt: skip


def _who(rules: Offer, on: date) -> str:
    """Whose certificates count. A new installation has the rules of the manual, whose closing date has passed: then
    no years are named that would be wrong."""
    return f" {rules.first_issue_year}—{rules.last_issue_year} 年" if on <= rules.closes_on else "协会公布年限内的"


def _until(rules: Offer, on: date) -> str:
    last = rules.closes_on
    return f"办到 {last.year} 年 {last.month} 月 {last.day} 日为止" if on <= last else "的截止日期以协会通知为准"


def guide_of(rules: Offer, on: date) -> str:
    """The manual's way from enrolment to renewal as of the day `on`, in the signs of `cms.seeding.rich_text`."""
    return f"""从报名到换证，一共六步。每一步做完，系统都会告诉您下一步做什么。
# 一、选机构、报名
1. 持{_who(rules, on)}岗位证书的人员可以报名；证书更新{_until(rules, on)}。
1. 在“培训机构查询”里按城市和岗位找一家培训机构，先看收费公示。
1. 带本人身份证、岗位证书原件到机构办理，也可以把扫描件发给机构核对。
1. 一个岗位报一次。有两本岗位证书的，请分别报名、分别学习。
# 二、首次登录
1. 打开机构的网站，账号是身份证号，初始密码 111111；自己注册过的，用自设的密码。
1. 凭发到本人手机的短信验证码设置新密码。手机号必须是本人在用的。
1. 补齐资料，上传身份证照片和近期正面免冠照片，等待机构核对。
# 三、在线学习
1. 每年度 {rules.hours} 学时，每学时 {rules.hour}。用带摄像头的电脑，先做设备检测，再做一次活体检测。
1. 检测时面部与摄像头保持平视，光线不要过明或过暗；听到提示后三秒内匀速完成动作；保持网络通畅。
1. 第一遍学习不能快进、后退；学时以服务器记录的时间为准。全部学完后可以重复观看。
1. 学习中会不定时抓拍。离开画面时计时暂停，回到画面前即可继续。
! 没有摄像头，或不愿使用人脸识别的，可以到机构机房由工作人员当面核验后学习，学时同样有效。
# 四、在线考核
1. 全部学时学满后，考核自动开放：{rules.exam_questions} 道题，{rules.pass_points} 分（含）以上合格。
1. 没有通过可以再考，次数不限，不影响已学的学时。
# 五、学时审核
1. 学时学满后自动提交协会审核，一般需要几个工作日，结果发短信通知。
1. 非本人学习、挂机代刷、没有本人抓拍照片的，学时无效，须重新学习；考核成绩保留。
1. 审核和考核都通过后，可以下载、打印学时证明。
# 六、证书更新
1. 学时计入后，登录本系统，在“证书管理”中点击“证书更新”。
1. 更新后得到电子的职业培训合格证，原岗位证书同时作废。
1. 扫描证书上的二维码，或在“证书联网查询”中输入编号和姓名，任何人都可以查验。"""


FOR_INSTITUTIONS = """面向培训机构工作人员。机构账号登录后进入工作台，左侧菜单即各项工作。
# 入驻
1. 还没有开通网站的机构，在本系统首页提交“培训机构入驻申请”，核准后由短信通知负责人。
# 开班与报名
1. 收费公示要先发布，再接受报名；收费项目和标准以公示为准，不得另收。
1. 报名时当面核对身份证、岗位证书原件，核对后在系统中确认。
1. 学员的手机号只能由本人改，工作人员不能代改。
# 学习期间
1. 关注工作台上的待办：待核对的照片、待确认的报名、快到期还没学完的学员。
1. 公布机房地址和开放时间；机房学习由两次当面核验计时，核验人不得为自己核验。
# 不得有的行为
1. 学时由协会审核，机构工作人员不参与审核。
! 不得替学、代考，不得索要学员密码和验证码，不得以“包过”招生。"""


def _welcome(association: Institution, rules: Offer, at: datetime) -> NoticeContent:
    body = (
        f"{association.name}的培训信息管理系统今天开通。\n"
        f"持{_who(rules, localdate(at))}岗位证书的人员，可以在“培训机构查询”中选择机构报名，"
        "完成继续教育后在本系统办理证书更新。\n"
        "用人单位可以用“证书联网查询”查验证书，不需要登录。\n"
        "培训机构可以在线提交入驻申请。"
    )
    return NoticeContent("培训信息管理系统开通", body, localdate(at), True)


def _questions(association: Institution, rules: Offer, on: date) -> list[tuple[str, str]]:
    call = f"请致电 {association.phone}。" if association.phone else "请与协会联系。"
    return [
        (
            f"学满 {rules.hours} 学时了，为什么还看不到？",
            "学时学满后由协会审核，一般需要几个工作日；审核通过并计入后，在“继续教育”里可以看到。"
            "审核结果会发短信通知本人。",
        ),
        (
            "收到学时清除的短信怎么办？",
            "说明审核认定有不是本人学习、挂机或代刷的情况，学时需要重新学习，考核成绩保留。"
            f"理由写在学习记录里；有疑问{call}",
        ),
        (
            "没有摄像头可以学吗？",
            "可以到培训机构的机房，由工作人员当面核验身份后学习，学时同样有效。机房地址和开放时间请看机构网站。",
        ),
        (
            "换了电子证，原来的证书还有用吗？",
            "证书更新后，原岗位证书同时作废。用人单位查验时，请出示电子的职业培训合格证或扫描证书上的二维码。",
        ),
        (
            "手机号换了怎么办？",
            "登录后在“账号安全”里更换：能收到旧号短信的，凭两个号码的验证码；收不到的，做一次人脸核验，"
            "或带身份证到协会办理。",
        ),
        (
            "查不到自己的岗位证书怎么办？",
            "先核对编号和姓名；仍然查不到的，带证书原件到报名的培训机构登记，由协会核实后补录。",
        ),
        ("证书更新办到什么时候？", f"证书更新{_until(rules, on)}。请留出学时审核需要的几个工作日。"),
    ]
