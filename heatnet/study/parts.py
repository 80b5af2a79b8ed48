"""Parts that every section of `study.yaml` is made of: strict models, texts in two languages, figures with their source."""

from __future__ import annotations

from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from heatnet.i18n import _

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Efficiency = Annotated[float, Field(gt=0, le=1.1)]


def _day_of_year(text: str) -> str:
    """Return a day as MM-DD if the calendar has it (2024: 02-29 is a day)."""
    if len(text) != 5 or pd.isna(pd.to_datetime(f"2024-{text}", format="%Y-%m-%d", errors="coerce")):
        raise ValueError(_("A day of the year as MM-DD, in quotes"))
    return text


MonthDay = Annotated[str, AfterValidator(_day_of_year)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]


class Strict(BaseModel):
    """A part of the study file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Text(Strict):
    """A text in both languages."""

    en: str
    zh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_plain(cls, value: Any) -> Any:
        return {"en": value} if isinstance(value, str) else value

    def both(self) -> dict[str, str]:
        """Return the text by language."""
        return {"en": self.en, "zh": self.zh or self.en}


class Figure(Strict):
    """A number with its source; a plain number is allowed."""

    value: float
    source: str = ""
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_plain(cls, value: Any) -> Any:
        return {"value": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def share_figure(figure: Figure) -> Figure:
    """Return a figure if it is a share."""
    if not 0 <= figure.value <= 1:
        raise ValueError(_("0 to 1"))
    return figure
