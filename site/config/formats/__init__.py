"""How dates read in Chinese where Django's own formats are tight or pad the day: 2026 年 1 月 6 日."""
