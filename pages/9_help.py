"""說明

What the words, signs and figures mean, where the data come from and whom to ask.
"""

from collections.abc import Sequence

from dashboard import ui
from dashboard.ui.base import parts
from dashboard.ui.help import glossary

view = ui.read_view()
kpis = {period.period: ui.ask(view, ui.rows.Kpi, period=period.period) for period in view.periods}
tables = ui.ask(view, ui.rows.SourceTable)


def rows() -> list[list[str]]:
    return [ui.rules.row(view, kpi) for of_period in kpis.values() for kpi in of_period]


def save(what: str, header: Sequence[str], build: ui.Build) -> None:
    name = f"{what}_{view.facts.title}_{ui.words.file_day(view.on)}"
    ui.show(ui.download(name, [ui.say(one) for one in header], build))


ui.head(
    view,
    ui.say("說明"),
    ui.say("每個數字都能一路追到定義的條文與原始檔的那一列；這一頁說明怎麼讀。"),
    upright=True,
)
ui.show(f"""<section class="two"><div><h2>{ui.say("名詞")}</h2>{glossary.terms()}</div>
<div><h2>{ui.say("狀態")}</h2><p class="sub">{ui.say("顏色、符號與文字說的是同一件事")}</p>
{glossary.statuses()}</div></section><h2>{ui.say("增減、比較、上限與寫法")}</h2>{glossary.reading()}""")
save(ui.say("名詞與狀態"), glossary.WORDS, glossary.words_of)
ui.show(f"""<h2>{ui.say("每個數字怎麼來")}</h2>
<p class="sub">{ui.say("取自目前快照的定義")}{parts.hint(ui.say("；點指標看參數、各校與背後的列"))}</p>""")
for period in view.periods:
    ui.show(parts.period(view.periods, period) + glossary.figures(view, kpis[period.period]))
save(ui.say("每個數字怎麼來"), ui.rules.HEADER, rows)
ui.show(f"<h2>{ui.say('資料從哪裡來')}</h2>{glossary.origins(view, tables)}")
save(ui.say("資料從哪裡來"), glossary.ORIGINS, lambda: glossary.origins_of(tables))
ui.show(f"<h2>{ui.say('問誰')}</h2>{glossary.contact(view)}")
