"""說明

What the words, signs and figures mean, where the data come from and whom to ask.
"""

from dashboard import ui
from dashboard.ui.base import parts
from dashboard.ui.help import glossary

view = ui.read_view()
kpis = {period.period: ui.ask(view, ui.rows.Kpi, period=period.period) for period in view.periods}
tables = ui.ask(view, ui.rows.SourceTable)


def file(what: str) -> str:
    return f"{what}_{view.facts.title}_{ui.words.file_day(view.on)}"


ui.head(
    view,
    ui.say("說明"),
    ui.say("每個數字都能一路追到定義的條文與原始檔的那一列；這一頁說明怎麼讀。"),
    upright=True,
)
halves = (
    parts.element("div", parts.heading(ui.say("名詞")), glossary.terms().html()),
    parts.element(
        "div",
        parts.heading(ui.say("狀態"), ui.say("顏色、符號與文字說的是同一件事")),
        glossary.statuses().html(),
    ),
)
ui.show(
    parts.element("section", *halves, kind="two")
    + parts.heading(ui.say("增減、比較、上限與寫法"))
    + glossary.reading().html()
)
ui.show(glossary.words_of().download(file(ui.say("名詞與狀態"))))
source, way = ui.say("取自目前快照的定義"), ui.say("；點指標看參數、各校與背後的列")
ui.show(parts.heading(ui.say("每個數字怎麼來"), source, parts.hint(way)))
for period in view.periods:
    ui.show(parts.period(view.periods, period) + glossary.figures(view, kpis[period.period]).html())
every = [kpi for of_period in kpis.values() for kpi in of_period]
ui.show(glossary.figures(view, every).download(file(ui.say("每個數字怎麼來"))))
origins = glossary.origins(tables)
ui.show(parts.heading(ui.say("資料從哪裡來")) + glossary.origin(view) + origins.html())
ui.show(origins.download(file(ui.say("資料從哪裡來"))))
ui.show(parts.heading(ui.say("問誰")) + glossary.contact(view))
