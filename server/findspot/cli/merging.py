"""One list from the answers of several roots."""

from __future__ import annotations

from collections.abc import Sequence

from findspot.cli.inputs import RootLocation
from findspot.cli.pretty import Placed, placed
from findspot.core.types import Answer, AnswerStatus
from findspot.service.questions import Answered, merge


def merged(answers: Sequence[Answer], locations: Sequence[RootLocation]) -> tuple[list[Placed], AnswerStatus]:
    """Return the results of ``answers`` in one order, with a status for all; ``locations`` are their roots in turn.

    A place that lies in two roots, one inside the other, is there once.
    """
    if len(answers) == 1:
        return placed(answers[0].results, locations[0], answers[0].contents), answers[0].status
    whole = merge(
        [
            Answered(
                tuple((one.result, one) for one in placed(answer.results, location, answer.contents)),
                answer.status,
                location.config.settings.top_k,
            )
            for answer, location in zip(answers, locations, strict=True)
        ]
    )
    found: dict[tuple[object, ...], Placed] = {}
    for result, one in whole.rows:
        key = (one.location.root / result.path, result.span.start_line, result.symbol)
        found.setdefault(key, one._replace(result=result))
    return list(found.values()), whole.status
