"""Sheets in the browser: the association fills its register, a clerk enrols from a messy list, and takes it back.

Each step is what a person does and ends with a screenshot, like `journey.py`.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook

from demo import cast
from tenants.roles.roles import Role
from tests.e2e.browser import Album, context_of
from tests.e2e.people import Addresses, sign_in, staff
from tests.support.people import id_number

if TYPE_CHECKING:
    from playwright.sync_api import Page

PEOPLE = 600  # more than one portion
PATIENCE_MS = 90_000
SITE = "lingzhu"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GIVEN = "伟芳娜敏静丽强磊军洋"


@dataclass
class Importing:
    """One run; `number` keeps its people apart from those of earlier runs in the same demo."""

    browser: Any
    where: Addresses
    album: Album
    say: Callable[[str], None]
    number: int = field(default_factory=lambda: int(time.time()) % 9_000)
    page: Page = field(init=False, repr=False)

    @property
    def people(self) -> list[tuple[str, str]]:
        """Name and ID number of everybody; the year of birth and the region make each run's own."""
        region, year = f"4401{3 + self.number % 7:02d}", 1950 + self.number % 40
        born = f"{year}{1 + self.number // 360 % 9:02d}15"
        return [
            (f"林{GIVEN[n % 10]}{GIVEN[n // 10 % 10]}", id_number(n, born=born, region=region)) for n in range(PEOPLE)
        ]

    def fill_the_register(self) -> None:
        """A CSV file of the association: certificates of people who have no account yet."""
        self.page = self._signed_in(cast.PORTAL, Role.CERTIFICATE_CLERK, self.where.portal, tab="association")
        text = io.StringIO()
        lines = csv.writer(text)
        lines.writerow(["岗位证书编号", "姓名", "身份证号", "岗位", "发证日期"])
        issued = f"{date.today().year - 4}年5月4日"  # a year that entitles in the demo
        for place, (name, number) in enumerate(self.people):
            lines.writerow([f"粤建岗T{self.number:04d}{place:04d}", name, number, "土建施工员", issued])
        self._hand_in("post_certificates", self.where.portal, "证书.csv", text.getvalue().encode("gb18030"))
        assert self._figures()[0] == PEOPLE, self._figures()
        self._write()
        self.album.shot(self.page, "register-imported")

    def hand_in_a_messy_list(self) -> None:
        """Titles above, lost digits, a name that does not fit: each row says why, and the others are ready."""
        self.page = self._signed_in(SITE, Role.REGISTRAR, self.where.site(SITE))
        self.page.goto(f"{self.where.site(SITE)}/admin/desk/imports/new/enrolments/")
        self.album.shot(self.page, "sheet-to-choose")
        self._hand_in("enrolments", self.where.site(SITE), "学员名单.xlsx", self._messy())
        assert self._figures() == [PEOPLE - 3, 0, 0, 3], self._figures()
        self.album.shot(self.page, "sheet-preview", full=True)
        with self.page.expect_download() as taken:
            self.page.locator('a[href$="/errors/"]').first.click()
        rows = [
            [cell.value for cell in row]
            for row in load_workbook(io.BytesIO(taken.value.path().read_bytes())).active.iter_rows()
        ]
        assert (len(rows), rows[0][-1]) == (4, "错误原因"), rows
        self._narrow("sheet-preview-phone")

    def write_and_watch(self) -> None:
        """The clerk confirms; the bar runs while a worker writes."""
        self.page.locator("#id_seen").check()
        self._write(shot="sheet-running")
        self.album.shot(self.page, "sheet-done", full=True)
        self.page.goto(f"{self.where.site(SITE)}/admin/desk/enrolments/?view=pay&q=林")
        assert "林" in self.page.locator("main").inner_text()
        self.album.shot(self.page, "enrolled-from-the-sheet")

    def take_it_back(self) -> None:
        """Nobody has paid: all of it goes."""
        self.page.goto(f"{self.where.site(SITE)}/admin/desk/imports/")
        self.album.shot(self.page, "sheets-handed-in")
        self.page.locator("a.zx-name").first.click()
        self.page.locator('button[value="undo"]').click()
        self.page.locator(".zx-state--off").first.wait_for()
        self.page.goto(f"{self.where.site(SITE)}/admin/desk/enrolments/?view=pay&q=林")
        assert self.people[0][0] not in self.page.locator("main").inner_text()

    def _signed_in(self, tenant: str, role: Role, address: str, *, tab: str = "") -> Page:
        page = self.album.listen(context_of(self.browser).new_page())
        sign_in(page, self.where, staff(tenant, role), address, tab=tab)
        return page

    def _hand_in(self, kind: str, address: str, name: str, data: bytes) -> None:
        """Choose the file, send it, and wait until a worker has read it."""
        desk = "console" if address == self.where.portal else "desk"
        self.page.goto(f"{address}/admin/{desk}/imports/new/{kind}/")
        self.page.locator("#id_file").set_input_files({"name": name, "mimeType": XLSX, "buffer": data})
        self.page.locator("form.zx-form button.button").click()
        self.page.locator('button[value="confirm"]').wait_for(timeout=PATIENCE_MS)

    def _figures(self) -> list[int]:
        """New, changed, unchanged, refused."""
        return [int(text.replace(",", "")) for text in self.page.locator(".zx-strip__num").all_inner_texts()]

    def _write(self, *, shot: str = "") -> None:
        self.page.locator('button[value="confirm"]').click()
        if shot:
            self.album.shot(self.page, shot)
        self.page.locator('button[value="undo"]').wait_for(timeout=PATIENCE_MS)

    def _narrow(self, name: str) -> None:
        wide = self.page.viewport_size
        self.page.set_viewport_size({"width": 390, "height": 844})
        self.album.shot(self.page, name, full=True)
        if wide:
            self.page.set_viewport_size(wide)

    def _messy(self) -> bytes:
        """As clerks send it; three rows cannot be taken."""
        book = Workbook()
        sheet = book.active
        sheet["A1"] = f"{date.today().year} 年度继续教育报名名单"
        sheet.merge_cells("A1:E1")
        sheet.append([])
        sheet.append(["序号", "姓 名", "身份证号码", "联系电话", "报考岗位"])
        for place, (name, number) in enumerate(self.people):
            row: list[Any] = [place + 1, f" {name} ", number.lower(), f"139{place:08d}", "施工员（土建）"]
            if place == 10:
                row[2] = float(number[:17] + "0")
            elif place == 20:
                row[1] = "王另名"
            elif place == 30:
                row[4] = "厨师"
            sheet.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()


STEPS = ("fill_the_register", "hand_in_a_messy_list", "write_and_watch", "take_it_back")
