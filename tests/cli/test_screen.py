"""What a terminal is given: colours, links and a width, by the variables that tools agree on."""

from __future__ import annotations

import pytest

from findspot.cli.screen import Screen, color_wanted, link_host, links_shown


@pytest.mark.parametrize(
    ("environ", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"CLICOLOR": "0"}, True, False),
        ({"CLICOLOR": "1"}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR_FORCE": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, False, True),
    ],
)
def test_the_variables_that_tools_agree_on_decide(environ: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert color_wanted(environ, "auto", terminal=terminal, platform="linux") is wanted


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}])
def test_the_option_goes_before_all_of_them(environ: dict[str, str]) -> None:
    assert color_wanted(environ, "always", terminal=False)
    assert not color_wanted(environ, "never", terminal=True)


def test_an_old_console_of_windows_gets_no_colours() -> None:
    assert not color_wanted({}, "auto", terminal=True, platform="win32")
    assert color_wanted({"WT_SESSION": "x"}, "auto", terminal=True, platform="win32")


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "alacritty"}, True),
        ({"VTE_VERSION": "7600"}, True),
        ({"VTE_VERSION": "4602"}, False),
        ({"VTE_VERSION": "5000"}, False),
        ({"VTE_VERSION": "new"}, False),
        ({"WT_SESSION": "x"}, True),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.104.2"}, True),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.70.0"}, False),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.0.9"}, False),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.5a"}, True),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a", "VTE_VERSION": "7600"}, False),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "next"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"FORCE_HYPERLINK": "0", "TERM": "xterm-kitty"}, False),
    ],
)
def test_links_go_to_terminals_that_are_known_to_show_them(environ: dict[str, str], shown: bool) -> None:
    assert links_shown(environ) is shown


@pytest.mark.skipif("os.name == 'nt'")
def test_a_link_names_the_machine_and_no_byte_of_a_name_ends_it() -> None:
    screen = Screen(color=True, width=80, host=link_host({}, "my host", platform="linux"))
    assert screen.link("x", "/a b/ü\x1b\\;\udcff%.py") == (
        "\x1b]8;;file://my%20host/a%20b/%C3%BC%1B%5C%3B%FF%25.py\x1b\\x\x1b]8;;\x1b\\"
    )
    assert Screen(color=True, width=80).link("x", "/a") == "x"


def test_hosts_of_windows_and_of_a_linux_beside_it() -> None:
    assert not link_host({}, "pc", platform="win32")
    assert link_host({"WSL_DISTRO_NAME": "Debian"}, "pc", platform="linux") == "wsl$/Debian"
