"""The pages of an institution's site and of the portal; each schema has its own tree."""

from cms.models.attachments import NoticeAttachment
from cms.models.courses import ChosenCourse, CourseIndexPage, CoursePage
from cms.models.downloads import DownloadsPage
from cms.models.fees import FeeNoticePage, FeeRow
from cms.models.home import HeroDrawing, HeroStyle, HomePage, PortalHomePage
from cms.models.inner import FAQPage, NoticeIndexPage, NoticePage, StandardPage

__all__ = [
    "ChosenCourse",
    "CourseIndexPage",
    "CoursePage",
    "DownloadsPage",
    "FAQPage",
    "FeeNoticePage",
    "FeeRow",
    "HeroDrawing",
    "HeroStyle",
    "HomePage",
    "NoticeAttachment",
    "NoticeIndexPage",
    "NoticePage",
    "PortalHomePage",
    "StandardPage",
]
