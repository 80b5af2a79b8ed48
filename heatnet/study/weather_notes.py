"""What was changed or left out of the weather files that a study names."""

from __future__ import annotations

from heatnet.i18n import _
from heatnet.study.batch_input import weather_files
from heatnet.study.config import Weather
from heatnet.study.load import Study


def weather_notes(study: Study) -> list[str]:
    """Return a sentence for each note on an EPW file of a study, of its cases and of its batch, in the current language.

    Raises
    ------
    heatnet.errors.InputError
        If a file cannot be read any more.
    """
    from heatnet.io.weather_epw import read_epw

    sentence = _("weather file {file}: {note}")
    return [
        sentence.format(file=file, note=note)
        for file in _files(study)
        for note in read_epw(study.folder / file, study.config.year).notes
    ]


def _files(study: Study) -> list[str]:
    """Return the EPW files, each once, in the order of the study's file."""
    weathers: list[Weather | None] = [study.config.weather, *(case.case.weather for case in study.cases.values())]
    files = [one.epw for one in weathers if one is not None and one.epw is not None]
    if study.batch is not None:
        files += [file for several in weather_files(study.batch.batch).values() for file in several]
    return list(dict.fromkeys(files))
