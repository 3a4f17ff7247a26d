"""The commands beside the figures: `sample` and `template`."""

import argparse
from pathlib import Path

from dashboard.cli.arguments import Command, positive
from dashboard.cli.common import config_of, definitions_of, say
from dashboard.definitions import contracts, programmes
from dashboard.definitions.column_types import TYPES
from dashboard.definitions.programme import Programme
from dashboard.errors import FileError, UsageError, reason


def add(command: Command) -> None:
    """Add the commands of this module."""
    sample = command(_sample, "sample", "寫出一個示範資料夾")
    sample.add_argument("folder", type=Path, metavar="DIR")
    sample.add_argument("--programme", metavar="ID", default="keelung-111", help="計畫")
    sample.add_argument("--schools", type=positive)
    sample.add_argument("--teachers", type=positive)
    sample.add_argument("--seed", type=int, default=1)

    template = command(_template, "template", "寫出每張資料表的空白範本（XLSX 或 ODS）")
    template.add_argument("folder", type=Path, metavar="DIR")
    template.add_argument("--programme", metavar="ID", help="計畫")
    template.add_argument("--data", type=Path, help="定義檔所在的資料夾")
    template.add_argument("--format", choices=("xlsx", "ods"), default="xlsx", help="檔案格式（預設 xlsx）")


def _sample(options: argparse.Namespace) -> int:
    from dashboard import sample

    if options.programme not in sample.WRITERS:
        raise UsageError(f"沒有「{options.programme}」的示範資料。現有：{'、'.join(sample.WRITERS)}。")
    write = sample.WRITERS[options.programme]
    try:
        write(options.folder, schools=options.schools, teachers=options.teachers, seed=options.seed)
    except OSError as error:
        raise FileError(f"「{options.folder}」寫不進去：{reason(error)}。") from error
    say(f"示範資料已寫入 {options.folder}")
    return 0


def _template(options: argparse.Namespace) -> int:
    from dashboard.exports import template

    tables = contracts.load()
    config = config_of(options)
    written: dict[str, Path] = {}
    for path in definitions_of(config):
        definition = programmes.load(path, tables)
        own = contracts.chosen(tables, definition)
        new = {name: table for name, table in own.items() if name not in written}
        try:
            written |= zip(
                new, template.write(options.folder, new, choices_of(definition), options.format), strict=True
            )
        except OSError as error:
            raise FileError(str(error)) from error
    say(f"已寫出 {len(written)} 個範本到 {options.folder}")
    return 0


def choices_of(definition: Programme) -> dict[str, tuple[str, ...]]:
    """What the drop-downs of a programme's templates offer, by the type of a column."""
    return {kind.id: tuple(kind.offers(definition)) for kind in TYPES.values() if kind.offers}
