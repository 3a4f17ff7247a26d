"""The stage of a deck: an empty presentation, ours or a bureau's, and the room on its slides.

Lengths are in units of which a slide is 1920 wide. Of a bureau's file its master, layouts and theme are kept; its slides
go, and with them all that names somebody: properties, comments, custom data.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.util import Emu

from dashboard.exports.refusals import CannotMake

FONT = "Microsoft JhengHei"
ACROSS, DOWN = 1920, 1080
SHAPE = ACROSS / DOWN
EDGE = 84  # left and right of everything
_UNIT = 6350  # EMU a unit on our own slides: 13.33 inches across
_MOST, _PARTS = 200_000_000, 5_000  # bytes and parts of a template, unpacked
_KEPT = {RT.SLIDE_MASTER, RT.NOTES_MASTER, RT.THEME, RT.PRES_PROPS, RT.TABLE_STYLES, RT.FONT}
_LISTS = (
    "sldMasterIdLst",
    "notesMasterIdLst",
    "sldIdLst",
    "sldSz",
    "notesSz",
    "embeddedFontLst",
    "defaultTextStyle",
)
_TYPES = "[Content_Types].xml"
_PPTX = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_POTX = b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"
_FOOTERS = ("DATE", "FOOTER", "SLIDE_NUMBER", "HEADER")
_LEAST_WIDE, _LEAST_HIGH = 1200.0, 560.0  # the room that the slides need


class TemplateRefused(CannotMake):
    """A bureau's presentation cannot be used; the message says why and what to do, in Chinese."""


class Box(NamedTuple):
    """A rectangle, in units."""

    left: float
    top: float
    wide: float
    high: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.wide

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.high


@dataclass(frozen=True)
class Stage:
    """An empty presentation and the room on its slides.

    unit: in EMU. panel: is drawn white, where the template may be dark or a picture.
    """

    presentation: Any
    layout: Any
    unit: float
    title: Box
    about: Box
    body: Box
    foot: Box
    panel: Box | None = None


def own() -> Stage:
    """The product's own stage: white, 16:9, with the one layout that the slides need."""
    presentation = Presentation()
    layout = next(one for one in presentation.slide_layouts if _kind(one) == "titleOnly")
    for other in [one for one in presentation.slide_layouts if one is not layout]:
        presentation.slide_layouts.remove(other)
    presentation.slide_width, presentation.slide_height = Emu(ACROSS * _UNIT), Emu(DOWN * _UNIT)
    presentation.element.sldSz.attrib.pop("type", None)
    master = presentation.slide_master
    for shape in master.placeholders:  # they are where those of a 4:3 slide are
        shape.left, shape.width = Emu(shape.left * 4 // 3), Emu(shape.width * 4 // 3)
    title = Box(EDGE, 98, ACROSS - 2 * EDGE, 88)
    placeholder = next(one for one in master.placeholders if one.placeholder_format.type.name == "TITLE")
    placeholder.left, placeholder.top = Emu(int(title.left * _UNIT)), Emu(int(title.top * _UNIT))
    placeholder.width, placeholder.height = Emu(int(title.wide * _UNIT)), Emu(int(title.high * _UNIT))
    styles = master.element.find(".//{*}titleStyle/{*}lvl1pPr")
    styles.set("algn", "l")
    theme = master.part.part_related_by(RT.THEME)
    for before, after in (
        ('<a:latin typeface="Calibri"/><a:ea typeface=""/>', f'<a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/>'),
        ('script="Hant" typeface="新細明體"', f'script="Hant" typeface="{FONT}"'),
    ):  # fmt: skip
        theme._blob = theme.blob.replace(before.encode(), after.encode())
    _anonymous(presentation)
    return Stage(
        presentation,
        layout,
        _UNIT,
        title,
        about=Box(EDGE, 50, title.wide, 44),
        body=Box(EDGE, 206, title.wide, 776),
        foot=Box(EDGE, 1008, title.wide, 44),
    )


def of(template: Path) -> Stage:
    """The stage of a bureau's presentation without its slides.

    Raises:
        TemplateRefused: it is no presentation, is broken or dangerous, or its slides have no room.
    """
    try:
        presentation = Presentation(io.BytesIO(_checked(template)))
        _empty(presentation)
        stage = _stage(presentation, template.name)
        presentation.save(io.BytesIO())
    except (TemplateRefused, MemoryError):
        raise
    except OSError as error:
        raise _refused(template.name, "讀不到這個檔案。請檢查位置與權限") from error
    except Exception as error:  # what is broken fails as a ZIP, as XML, or anywhere within
        raise _refused(
            template.name, "檔案壞了或不是 PowerPoint 簡報。請用 PowerPoint 打開後另存新檔（PPTX）"
        ) from error
    return stage


def _refused(name: str, why: str) -> TemplateRefused:
    return TemplateRefused(f"簡報範本「{name}」不能用：{why}。")


def _checked(path: Path) -> bytes:
    """The file, checked: its content is small, has no macros, and fetches nothing from elsewhere."""
    name = path.name
    content = path.read_bytes() if path.stat().st_size <= _MOST else b""
    if not content.startswith(b"PK"):
        raise _refused(name, "不是 PPTX 檔。請用 PowerPoint 打開後另存新檔（PPTX）")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = archive.infolist()
        if len(inside) > _PARTS or sum(one.file_size for one in inside) > _MOST:
            raise _refused(name, "解開後太大。請移除用不到的圖片與影片後另存新檔")
        parts = {one.filename: archive.read(one) for one in inside}
    types = parts.get(_TYPES, b"")
    if b"macroEnabled" in types or any("vbaproject" in each.lower() for each in parts):
        raise _refused(name, "裡面有巨集。請用 PowerPoint 另存成沒有巨集的 PPTX")
    if _PPTX not in types and _POTX not in types:
        raise _refused(name, "不是 PowerPoint 簡報。請用 PowerPoint 打開後另存新檔（PPTX）")
    if any(b"<!DOCTYPE" in body or b"<!ENTITY" in body for body in _xml(parts.items())):
        raise _refused(name, "裡面有不安全的內容。請用 PowerPoint 打開後另存新檔（PPTX）")
    if _POTX in types:
        parts[_TYPES] = types.replace(_POTX, _PPTX)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for each, body in parts.items():
                archive.writestr(each, body)
        return out.getvalue()
    return content


def _xml(parts: Iterable[tuple[str, bytes]]) -> Iterable[bytes]:
    return (body for name, body in parts if name.lower().endswith((".xml", ".rels")))


def _empty(presentation: Any) -> None:
    root, part = presentation.element, presentation.part
    for child in list(root):
        name = child.tag.rpartition("}")[2]
        if name not in _LISTS:
            root.remove(child)
        elif name == "sldIdLst":
            child[:] = []
    for key in [key for key, one in part.rels.items() if one.reltype not in _KEPT]:
        part.rels.pop(key)
    _anonymous(presentation)


def _anonymous(presentation: Any) -> None:
    """Remove who made the file, when and where: only the document itself remains."""
    package = presentation.part.package
    for key in [key for key, one in package._rels.items() if one.reltype != RT.OFFICE_DOCUMENT]:
        package.drop_rel(key)
    for key in [key for key, one in presentation.part.rels.items() if one.reltype not in _KEPT]:
        presentation.part.rels.pop(key)


def _stage(presentation: Any, name: str) -> Stage:
    wide, high = presentation.slide_width or 0, presentation.slide_height or 0
    if not wide or not high or abs(wide / high / SHAPE - 1) > 0.01:
        raise _refused(
            name, "投影片不是寬螢幕（16:9）。請在 PowerPoint 的「設計」→「投影片大小」改成寬螢幕後再試"
        )
    layout = _layout(presentation)
    if layout is None:
        raise _refused(name, "沒有含標題的版面配置。請加一個「只有標題」的版面配置後再試")
    if any(one.is_external for one in _rels(layout)):
        raise _refused(name, "版面配置連到外部檔案或網址。請改成內嵌後再試")
    unit = wide / ACROSS
    placeholders = [*layout.placeholders, *layout.slide_master.placeholders]
    shape = next(one for one in placeholders if _type(one) in ("TITLE", "CENTER_TITLE"))
    if shape.width is None:
        shape = next(one for one in layout.slide_master.placeholders if _type(one) == "TITLE")
    title = Box(*(length / unit for length in (shape.left, shape.top, shape.width, shape.height)))
    footers = [one.top / unit for one in placeholders if _type(one) in _FOOTERS and one.top is not None]
    bottom = min([DOWN - 36.0, *(top - 8 for top in footers if top > DOWN * 0.8)])
    top = title.bottom + 8
    stage = Stage(
        presentation,
        layout,
        unit,
        title,
        about=Box(title.left, top + 6, title.wide, 44),
        body=Box(title.left, top + 60, title.wide, bottom - top - 124),
        foot=Box(title.left, bottom - 48, title.wide, 44),
        panel=Box(max(title.left - 24, 0), top, min(title.wide + 48, ACROSS), bottom - top),
    )
    if stage.body.wide < _LEAST_WIDE or stage.body.high < _LEAST_HIGH or title.left < 0 or title.high < 50:
        raise _refused(name, "標題以下的空白不夠大。請加一個標題在上方、下面空白的「只有標題」版面配置後再試")
    return stage


def _layout(presentation: Any) -> Any:
    """The layout with only a title, else the one with the least beside a title."""
    layouts = [
        one
        for master in presentation.slide_masters
        for one in master.slide_layouts
        if any(_type(each) == "TITLE" for each in one.placeholders)
    ]
    others = [sum(_type(each) not in ("TITLE", *_FOOTERS) for each in one.placeholders) for one in layouts]
    ranked = sorted(range(len(layouts)), key=lambda at: (_kind(layouts[at]) != "titleOnly", others[at]))
    return layouts[ranked[0]] if ranked else None


def _rels(layout: Any) -> Iterable[Any]:
    for part in (layout.part, layout.slide_master.part):
        yield from (one for one in part.rels.values() if one.reltype != RT.HYPERLINK)


def _kind(layout: Any) -> str:
    return str(layout.element.get("type", ""))


def _type(placeholder: Any) -> str:
    return str(placeholder.placeholder_format.type.name)
