"""What a case of a batch depends on, as a hash: a case is run again exactly where it differs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from heatnet import __version__
from heatnet.study.fingerprint import fingerprint, shown_digest, versions
from heatnet.study.load import Study
from heatnet.study.variant import Variant


class Fingerprints:
    """Hashes of the cases of one study's batch; what they share is hashed once.

    Parameters
    ----------
    study : Study
    keep : object
        What the batch keeps of each case, fit for JSON.
    whole : bool
        Whether that is the folder that `heatnet run` writes: names, places and the hours on offer then count as well.
    """

    def __init__(self, study: Study, keep: Any, whole: bool = False) -> None:
        self._study = study
        config = study.config
        shared = {
            "heatnet": __version__,
            "versions": versions(),
            "keep": keep,
            # the target itself is held against the rates when the page is made
            "rate": config.rate.model_dump(exclude={"rate_share"}),
            "zones": config.zones,
        }
        if study.baseline is not None:
            shared["baseline"] = fingerprint(study, study.baseline)
        if whole:
            shared["shown"] = shown_digest(study)
        self._shared = json.dumps(shared, sort_keys=True)
        self._cases = {name: fingerprint(study, case) for name, case in study.cases.items()}

    def of(self, variant: Variant, checked: bool) -> str:
        """Return the SHA-256 of everything that a variant's files depend on.

        Parameters
        ----------
        variant : Variant
        checked : bool
            Whether pandapipes solves a sample of its hours again.
        """
        own = asdict(variant) | {
            "weather": None if variant.weather is None else variant.weather.model_dump(),
            "season": None if variant.season is None else variant.season.model_dump(),
            "checked": checked,
        }
        path = None if variant.weather is None else self._study.epw_path(variant.weather)
        weather = "" if path is None else _file_sha256(path)
        return _sha256(self._shared, self._cases[variant.case], json.dumps(own, sort_keys=True), weather)


def _sha256(*texts: str) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def _file_sha256(path: Path) -> str:
    """Return a file's hash; a word where it cannot be read, so that its case is run again once it can."""
    try:
        stat = path.stat()
        return _content_sha256(path, stat.st_mtime_ns, stat.st_size)
    except OSError:
        return "unreadable"


@lru_cache(maxsize=256)
def _content_sha256(path: Path, _mtime_ns: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_checked(name: str, one_in: int) -> bool:
    """Return whether pandapipes solves a sample of a case's hours again: one in so many, by the case's name alone.

    Parameters
    ----------
    name : str
        Name of the variant.
    one_in : int
        0: none.
    """
    return one_in > 0 and int(hashlib.sha256(name.encode()).hexdigest(), 16) % one_in == 0
