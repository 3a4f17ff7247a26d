"""Who may see which schools, and whether with the names of persons.

Pure: it decides, the warehouse enforces. Closed unless opened: a scope of no schools sees no school, and the
whole programme is a choice that must be made by name (`None`), never what is left when something is missing. Names of
persons are masked unless a scope says that they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """The schools whose rows a viewer may read; `school_ids` of None means every school of the programme.

    names: whether names of persons are shown whole.
    """

    label: str
    school_ids: tuple[int, ...] | None = ()
    names: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing is hidden: only then are rows without a school shown."""
        return self.school_ids is None


def bureau(*, names: bool = False) -> Scope:
    """The education bureau: every school of the programme."""
    return Scope("教育處", None, names)


def nobody() -> Scope:
    """What a viewer without a role gets."""
    return Scope("沒有檢視範圍", ())
