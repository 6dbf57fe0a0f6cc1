"""Words that say nothing of the place that is looked for: those of English, of reports, and of the forms for reports."""

from __future__ import annotations

from typing import Final

_ENGLISH: Final = (
    "the an and or but if then else of to in on at by for with from into onto about as is are was were be been being "
    "it its this that these those there here which who whom what when where why how do does did done doing has have "
    "had having can could should would will may might must shall not no nor so than too very just also only some any "
    "all each every both few more most other such own same we you they he she my our your their me us them one "
    "am im ive dont doesnt cant isnt wont didnt thats because while during before after again once still yet ever "
    "already instead however though although since until unless whether per via let lets like get got using use used "
    "uses make makes made want wants need needs seem seems think know see look looks tried trying go going way"
)

_REPORT: Final = (
    "expected actual behavior behaviour observed happened happens happen steps reproduce reproducible reproduction bug issue "
    "issues problem error errors version versions latest description describe describing summary report reported example "
    "examples following below above please thanks thank hello hi question feature request support current currently "
    "work works working fix fixed possible solution proposed related relevant additional context information info try "
    "details code snippet output result results traceback recent call last line file screenshot screenshots environment "
    "installed install master main branch pull pr case minimal note search asking maybe something anything nothing thing "
    "things even first second able correct correctly incorrect wrong fails fail failed failing simple easy eg ie etc"
)

STOP_WORDS: Final = frozenset(_ENGLISH.split())
"""Words that hold sentences together."""

REPORT_STOP_WORDS: Final = STOP_WORDS | frozenset(_REPORT.split())
"""The words of forms and politeness too, which every report has; in a short question they may be the point."""

_HEADINGS: Final = (
    "affected background before bugs checklist checks confirm confirmation crash duplicate existing general goal impact "
    "initial intro introduction kind motivation overview priority proposal purpose questions regression reports requests "
    "searched setup severity software story suggestion system platform type"
)

_GREETINGS: Final = (
    "hello hey dear everybody everyone folks greetings team guys there good morning evening afternoon day thx whats"
)

GREETING_WORDS: Final = REPORT_STOP_WORDS | frozenset(_GREETINGS.split())
"""A line of nothing else says nothing of a report."""

HEADING_WORDS: Final = GREETING_WORDS | frozenset(_HEADINGS.split())
"""Nor does a heading of nothing else: it was there before the report was written."""
