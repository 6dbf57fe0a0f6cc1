"""What comments and strings that document a definition say."""

from __future__ import annotations

import pytest

from findspot.parsing.comments import MAX_DOCSTRING, comment_text, python_docstring


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"""\n    total(basket)\n\nAdds up.\n"""', "total(basket)\n\nAdds up."),
        ('"Adds up."', "Adds up."),
        ('@doc """\n  Adds up.\n  """', "Adds up."),
        ('@doc ~S"Adds up."', "Adds up."),
        ('# "Adds" up', '"Adds" up'),
        ("/* Adds up. */", "Adds up."),
        (
            '/**\n * Adds {@code items} of a {@link Cart#total} up.\n * <p>See <a href="x">there</a>.</p>\n */',
            "Adds items of a Cart#total up.\nSee there.",
        ),
        (
            "/** A {@link Map<K, V> map} of {@code List<T>}, {@code {nested}} */",
            "A Map<K, V> map of List<T>, {@code {nested}}",
        ),
        (
            '/// <summary>Adds <paramref name="items"/> to <see cref="T:Shop.Cart"/>.</summary>',
            "Adds items to Shop.Cart.",
        ),
        ('/// <param name="items">What to add, a List<b></param>', "items What to add, a List"),
        (
            "# Asks :class:`~shop.Cart` and :py:func:`the total <shop.total>`.",
            "Asks shop.Cart and the total shop.total.",
        ),
        ("# a :ref: `b` and http://x:`y`", "a :ref: `b` and http://x:`y`"),
        (
            "=head2 add\n\nAdds B<C<items>> of a L<cart|Shop::Cart>, see F<< cart.pl >>.\n\n=cut",
            "add\n\nAdds items of a cart Shop::Cart, see cart.pl.",
        ),
        ("# A C<T> is no POD", "# A C<T> is no POD"[2:]),
    ],
)
def test_marks_of_comments_and_quotes_of_documentation_are_left_out(written: str, text: str) -> None:
    assert comment_text([written]) == text


def test_references_in_a_docstring_are_written_as_what_they_name() -> None:
    source = b'"""Adds :class:`~shop.Cart` up, see :meth:`the total <shop.total>`."""\n'
    assert python_docstring(source, 0) == "Adds shop.Cart up, see the total shop.total."


@pytest.mark.parametrize("part", ["{@link ", ":a:`", '<see cref="', "B<", "<<< ", ":" * 50, "`", "=item C<<", "<p "])
def test_half_a_reference_again_and_again_is_read_in_one_pass(part: str) -> None:
    text = comment_text([f"={part * 20_000}", f"/** {part * 20_000} */"])
    assert len(text) <= MAX_DOCSTRING
