"""The two numbers under which a Chinese site is filed: pure rules on plain values.

The ICP filing (MIIT order 33 of 2005, article 13) and the filing with the police (Ministry of Public Security, 2015)
stand at the foot of the home page, each as a link to the register that keeps it.
"""

import re

from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
ICP = re.compile(rf"[{PROVINCES}]ICP备\d{{8,10}}号(?:-\d{{1,3}})?")
POLICE = re.compile(rf"[{PROVINCES}]公网安备(\d{{14}})号")
ICP_REGISTER = "https://beian.miit.gov.cn/"
POLICE_REGISTER = "https://beian.mps.gov.cn/#/query/webSearch?code="


class BadIcpNumber(DomainError):
    code = "institution.bad_icp_number"
    message = _("Write the ICP filing as it was given, for example 粤ICP备12345678号-1.")
    status = 400


class BadPoliceNumber(DomainError):
    code = "institution.bad_police_number"
    message = _("Write the police filing as it was given, for example 粤公网安备44010602000001号.")
    status = 400


def icp_number(text: str) -> str:
    """Without spaces, ICP in capitals; empty stays empty. Raises `BadIcpNumber`."""
    text = _plain(text).upper()
    if text and not ICP.fullmatch(text):
        raise BadIcpNumber
    return text


def police_number(text: str) -> str:
    """Without spaces; empty stays empty. Raises `BadPoliceNumber`."""
    text = _plain(text)
    if text and not POLICE.fullmatch(text):
        raise BadPoliceNumber
    return text


def police_register(number: str) -> str:
    """The register's page of this filing; its front page for a number of another form."""
    found = POLICE.fullmatch(_plain(number))
    return POLICE_REGISTER + (found[1] if found else "")


def _plain(text: str) -> str:
    return "".join(text.split()).replace("－", "-").replace("—", "-")
