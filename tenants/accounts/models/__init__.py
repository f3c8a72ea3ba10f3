"""People and all that is theirs alone."""

from tenants.accounts.models.codes import CodePurpose, PhoneCode
from tenants.accounts.models.factors import Authenticator, RecoveryCode, SupportGrant
from tenants.accounts.models.people import DocumentKind, Gender, User, UserManager, number_index
from tenants.accounts.models.requests import DataRequest
from tenants.accounts.models.sessions import HandOff, KnownDevice, SignedIn

__all__ = [
    "Authenticator",
    "CodePurpose",
    "DataRequest",
    "DocumentKind",
    "Gender",
    "HandOff",
    "KnownDevice",
    "PhoneCode",
    "RecoveryCode",
    "SignedIn",
    "SupportGrant",
    "User",
    "UserManager",
    "number_index",
]
