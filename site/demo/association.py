"""What the demo's association publishes: guides, downloads, experts, appraisals. All of it is invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO

from django.utils.timezone import localdate
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from certs.appraisals import AppraisalFacts
from certs.models import AppraisalResult
from certs.pdf.faces import FOLDER
from certs.services import add_appraisal
from cms.portal.services import ExpertFacts, add_expert
from cms.seeding import DownloadsContent, FileContent
from demo import cast
from tenants.accounts.models import User

GUIDE = """从报名到换证，一共六步。每一步做完，系统都会告诉您下一步做什么。
# 一、选机构、报名
1. 在“培训机构查询”里按城市和岗位找一家培训机构，先看收费公示。
1. 带本人身份证、岗位证书原件到机构办理，也可以把扫描件发给机构核对。
1. 一个岗位报一次。有两本岗位证书的，请分别报名、分别学习。
# 二、首次登录
1. 打开机构的网站，账号是身份证号，初始密码 111111。
1. 凭发到本人手机的短信验证码设置新密码。手机号必须是本人在用的。
1. 补齐资料，上传身份证照片和近期正面免冠照片，等待机构核对。
# 三、在线学习
1. 用带摄像头的电脑，先做设备检测，再做一次活体检测：听到提示后三秒内匀速完成动作。
1. 第一遍学习不能快进、后退；学时以服务器记录的时间为准。
1. 学习中会不定时抓拍。离开画面时计时暂停，回到画面前即可继续。
! 没有摄像头，或不愿使用人脸识别的，可以到机构机房由工作人员当面核验后学习，学时同样有效。
# 四、在线考核
1. 全部学时学满后，考核自动开放：50 道题，满分 100 分，60 分合格。
1. 没有通过可以再考，次数不限，不影响已学的学时。
# 五、学时审核
1. 学时学满后自动提交协会审核，一般需要几个工作日，结果发短信通知。
1. 审核和考核都通过后，可以下载、打印学时证明。
# 六、证书更新
1. 学时计入后，登录本系统，在“证书管理”中点击“证书更新”。
1. 更新后得到电子的职业培训合格证，原岗位证书同时作废。
1. 扫描证书上的二维码，或在“证书联网查询”中输入编号和姓名，任何人都可以查验。"""
FOR_INSTITUTIONS = """面向培训机构工作人员。机构账号登录后进入工作台，左侧菜单即各项工作。
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
MARKS = ("1.", "! ")  # a point of a list, a note
PAGES = [("学员操作流程", "guide", GUIDE), ("培训机构办事指引", "institution-guide", FOR_INSTITUTIONS)]
MORE_EXPERTS = [
    ("容启蒙", "施工临时用电与消防", "正高级工程师", "广州"),
    ("佘秉文", "工程造价与合同管理", "高级工程师", "惠州"),
    ("骆霁川", "建筑机电安装", "正高级工程师", "深圳"),
    ("卓闻笛", "装饰装修与幕墙", "高级工程师", "广州"),
    ("简予白", "劳务实名制与工资支付", "高级经济师", "佛山"),
    ("区见微", "工程质量检测", "教授级高级工程师", "广州"),
]
LEVELS = {"初级": "5", "中级": "4", "高级": "3"}
HOLDERS = ("梁泊远", "黎知夏", "冯砚秋", "邓闻溪")  # of each batch; invented like the experts
PASSED_OF_BATCH = 3


def downloads() -> DownloadsContent:
    return DownloadsContent(
        intro="下面的表格和指引由协会发布，可以直接下载使用。",
        files=[
            FileContent("学员操作流程（打印版）", "student-guide.pdf", guide_pdf(), "从报名到换证的六个步骤"),
            FileContent("企业团体报名汇总表", "group-enrolment.xlsx", group_sheet(), "企业统一报名用，盖章后交机构"),
        ],
    )  # fmt: skip


def guide_pdf() -> bytes:
    """The trainee's guide on paper."""
    if "guide" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("guide", str(FOLDER / "NotoSerifSC-Common.ttf")))
    text = ParagraphStyle("text", fontName="guide", fontSize=10.5, leading=17, wordWrap="CJK", leftIndent=6 * mm)
    head = ParagraphStyle("head", parent=text, fontSize=13, leading=20, spaceBefore=9, leftIndent=0)
    title = ParagraphStyle("title", parent=head, fontSize=18, leading=28, alignment=TA_CENTER, spaceAfter=8)
    flow = [Paragraph("施工现场专业人员继续教育学员操作流程", title)]
    for line in GUIDE.split("\n"):
        point = f"· {line[2:].strip()}" if line[:2] in MARKS else line
        flow.append(Paragraph(line[2:], head) if line.startswith("# ") else Paragraph(point, text))
    buffer = BytesIO()
    margins = {"leftMargin": 24 * mm, "rightMargin": 24 * mm, "topMargin": 22 * mm, "bottomMargin": 20 * mm}
    SimpleDocTemplate(buffer, pagesize=A4, title="学员操作流程", author="建设教育协会（演示）", **margins).build(flow)
    return buffer.getvalue()


def group_sheet() -> bytes:
    """An empty list for a company's own enrolments."""
    book = Workbook()
    sheet = book.active
    sheet.title = "报名汇总表"
    sheet.append(["施工现场专业人员继续教育企业团体报名汇总表"])
    sheet.merge_cells("A1:G1")
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=14), Alignment(horizontal="center")
    sheet.append(["序号", "姓名", "身份证号", "本人手机号", "岗位", "岗位证书编号", "备注"])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", (6, 12, 24, 18, 20, 26, 20), strict=True):
        sheet.column_dimensions[letter].width = width
    for number in range(1, 31):
        sheet.append([number])
    sheet.append(["单位（盖章）：", None, None, "经办人：", None, "日期："])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def add_experts(about: dict, at: datetime, by: User) -> None:
    """The experts of the demo's data and a few more, so that the filters have something to do."""
    known = [(row["name"], row["field"], row["title"], row["region"]) for row in about["experts"]]
    for name, field, title, region in (*known, *MORE_EXPERTS):
        add_expert(ExpertFacts(name=name, field=field, title=title, region=region), by=by, at=at)


def add_appraisals(about: dict, at: datetime, by: User) -> None:
    """Four people of each batch; what is not marked yet says so."""
    today = localdate(at)
    for batch, row in enumerate(about["appraisals"], 1):
        for place, name in enumerate(HOLDERS, 1):
            number = 700 + 10 * batch + place
            marked = row["passed"] is not None
            result = AppraisalResult.PASSED if place <= PASSED_OF_BATCH else AppraisalResult.FAILED
            facts = AppraisalFacts(
                number=f"JD{today.year}-{batch:02d}-{place:04d}",
                name=name,
                id_number=cast.id_number(number, "440106", f"19{70 + place}0{batch}1{place}", female=place % 2 == 0),
                occupation=row["occupation"],
                level=LEVELS[row["level"]],
                site=row["site"],
                region=row["city"],
                appraised_on=today + timedelta(days=row["exam_offset_days"]),
                result=result if marked else AppraisalResult.PENDING,
            )
            add_appraisal(facts, by=by, at=at)
