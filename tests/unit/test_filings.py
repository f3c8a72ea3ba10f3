"""The numbers of filing: what is taken, in which form, and where it can be looked up."""

import pytest

from tenants import filings


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("粤ICP备12345678号", "粤ICP备12345678号"),
        (" 粤icp备 2020123456号 － 12 ", "粤ICP备2020123456号-12"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_an_icp_filing_is_kept_without_spaces(text: str, kept: str) -> None:
    assert filings.icp_number(text) == kept


@pytest.mark.parametrize("text", ["粤ICP备1234567号", "ICP备12345678号", "粤ICP备12345678", "粤ICP备12345678号-", "x"])
def test_what_is_no_icp_filing_is_refused(text: str) -> None:
    with pytest.raises(filings.BadIcpNumber) as refused:
        filings.icp_number(text)
    assert (refused.value.code, refused.value.status) == ("institution.bad_icp_number", 400)


def test_a_police_filing_leads_to_its_own_page_of_the_register() -> None:
    number = filings.police_number("粤公网安备 44010602000001 号")
    assert number == "粤公网安备44010602000001号"
    assert filings.police_register(number) == "https://beian.mps.gov.cn/#/query/webSearch?code=44010602000001"
    assert filings.police_register("javascript:alert(1)") == "https://beian.mps.gov.cn/#/query/webSearch?code="


@pytest.mark.parametrize("text", ["粤公网安备4401号", "公网安备44010602000001号", "粤公网安备44010602000001"])
def test_what_is_no_police_filing_is_refused(text: str) -> None:
    with pytest.raises(filings.BadPoliceNumber) as refused:
        filings.police_number(text)
    assert (refused.value.code, refused.value.status) == ("institution.bad_police_number", 400)
