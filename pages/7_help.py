"""說明

What the words, signs and figures mean, where the data come from and whom to ask.
"""

from dashboard import ui

seen = ui.view()
ui.head(seen, "說明", "每個數字都能一路追到定義的條文與原始檔的那一列；這一頁說明怎麼讀。")
ui.show(f"""<section class="two"><div><h2>名詞</h2>{ui.glossary.terms()}</div>
<div><h2>狀態</h2><p class="sub">顏色、符號與文字說的是同一件事</p>{ui.glossary.statuses()}</div></section>
<h2>每個數字怎麼來</h2><p class="sub">取自目前快照的定義；點指標看參數、各校與背後的列</p>""")
for period in seen.periods:
    kpis = ui.ask(seen, "kpis", period=period.period)
    ui.show(ui.parts.period(seen.periods, period) + ui.glossary.figures(seen, kpis))
ui.show(f"""<h2>資料從哪裡來</h2>{ui.glossary.origins(seen, ui.ask(seen, "tables"))}
<h2>問誰</h2>{ui.glossary.contact(seen)}""")
