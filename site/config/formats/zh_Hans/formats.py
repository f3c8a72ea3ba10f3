DATE_FORMAT = "Y 年 n 月 j 日"
YEAR_MONTH_FORMAT = "Y 年 n 月"
MONTH_DAY_FORMAT = "n 月 j 日"
