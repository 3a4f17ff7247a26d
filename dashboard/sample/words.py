"""What people of both samples write alike: names, subjects, Chinese digits and dates in their forms."""

from collections.abc import Callable
from datetime import date

SURNAMES = (
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧梁趙顏柯翁魏孫戴"
)
GIVEN = "美淑惠雅文志建宏俊傑怡君佳玲家豪承翰宇軒柏欣婷麗華秀珍明德國榮慧芳靜儀心如詩涵安"
GIVEN += "品睿思妤冠廷信義永昌嘉雯玉蘭仁哲政賢宗憲筱薇育瑋"
SUBJECTS = ("國語", "數學", "自然科學", "社會", "英語", "資訊", "綜合活動", "藝術")
FULL_WIDTH = str.maketrans("0123456789/", "０１２３４５６７８９／")
DIGITS = "一二三四五六七八九十"


def roc(day: date) -> int:
    """The year as the government counts it."""
    return day.year - 1911


DATE_FORMS: tuple[Callable[[date], str], ...] = (
    lambda day: day.isoformat(),
    lambda day: f"{roc(day)}/{day:%m/%d}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{roc(day)}.{day:%m.%d}",
    lambda day: f"{roc(day)}{day:%m%d}",
    lambda day: f"{roc(day)}年{day.month}月{day.day}日",
    lambda day: f"民國{roc(day)}年{day.month}月{day.day}日",
    lambda day: f"{roc(day)}/{day:%m/%d}".translate(FULL_WIDTH),
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{roc(day)}-{day.month}-{day.day}",
)
