"""How tests are named: patterns that several languages share, for the name of a file without its suffix.

And what is called where JavaScript, or what is written like it, defines a test or a route.
"""

from __future__ import annotations

from typing import Final

from findspot.languages.record import forms

PREFIX: Final = r"(?i:^test_[\w-]*$)"
"""``test_walker``"""

SUFFIX: Final = r"(?i:[_-](?:test|tests|unittest)$)"
"""``walker_test``"""

SPEC: Final = r"(?i:[._-]spec$)"
"""``walker_spec``, ``walker.spec``"""

WHOLE: Final = r"(?i:^tests?$)"
"""``test``, ``tests``"""

CAMEL: Final = r"(?:Tests?|TestCase|TestSuite|Specs?|Suite|IT)$"
"""``WalkerTest``, ``WalkerSpec``, ``WalkerIT``"""

CAMEL_PREFIX: Final = r"^Test[A-Z]\w*$"
"""``TestWalker``"""

SCRIPT: Final = rf"{SUFFIX}|{SPEC}|{WHOLE}|(?i:\.(?:test|tests|cy|e2e|e2e-spec)$|^setuptests$)"
"""JavaScript and what is written like it: ``walker.test``."""

SCRIPT_CALLS: Final = forms(
    test="describe it test context specify suite bench scenario feature step fdescribe xdescribe fit xit xtest",
    route="get post put patch delete del head options all",
    on="on once addEventListener addListener",
)
